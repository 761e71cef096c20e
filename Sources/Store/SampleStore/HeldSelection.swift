import MetricModel
import StorageAPI
import Synchronization

/// A selection that remembers who was selected and until when, and takes hold of the samples of some series at a time: what is
/// taken is read and given back while it is still near to the processor.
final class HeldSelection: SelectedSeries {
  /// For how many series samples are taken hold of together.
  static let ahead = 128

  /// The series whose samples are held.
  private struct Window {
    var start = 0
    var samples: [HeldSamples] = []
    /// The codes of their open chunks.
    var codes: [UInt64] = []
    /// Whether they were copied; the newest samples are known without them.
    var hasCodes = false
    var end: Int { start + samples.count }
    var disk: DiskChunks
    /// Keeps the compiler from leaving out `Head.touch`.
    var touched: UInt64 = 0
  }

  let labels: [Labels]
  private let series: [HeldSeries]
  private let selection: SeriesSelection
  private let store: SampleStore
  private let window: Mutex<Window>

  init(
    _ selection: SeriesSelection, of store: SampleStore, _ series: [HeldSeries], _ labels: [Labels]
  ) {
    self.selection = selection
    self.store = store
    self.series = series
    self.labels = labels
    window = Mutex(Window(disk: Self.disk(selection, store)))
  }

  func read(
    _ place: Int, from: Timestamp, through: Timestamp, into columns: inout SampleColumns
  ) throws(StorageError) {
    // What came after the selection is left out.
    let through = min(through.rawValue, series[place].newest)
    guard from.rawValue <= through else { return }
    try window.withLock { window throws(StorageError) in
      load(place, withCodes: true, &window)
      try window.samples[place - window.start].read(
        window.codes.span, from: from.rawValue, through: through, window.disk, into: &columns)
    }
  }

  func newest(
    _ place: Int, from: Timestamp, through: Timestamp
  ) throws(StorageError) -> (timestamp: Int64, value: Double)? {
    window.withLock { window in
      load(place, withCodes: false, &window)
      guard let newest = window.samples[place - window.start].newest,
        newest.timestamp >= from.rawValue,
        newest.timestamp <= min(through.rawValue, series[place].newest)
      else { return nil }
      return newest
    }
  }

  private func load(_ place: Int, withCodes: Bool, _ window: inout Window) {
    let isHeld = place >= window.start && place < window.end
    if isHeld, window.hasCodes || !withCodes { return }
    // Only who reads in order gets more than was asked for.
    let count = isHeld || place == window.end ? min(Self.ahead, series.count - place) : 1
    let disk = Self.disk(selection, store)
    window.samples.removeAll(keepingCapacity: true)
    window.start = place
    window.disk = disk
    window.codes.removeAll(keepingCapacity: true)
    window.hasCodes = withCodes
    store.head.withLock { head in
      window.touched &+= head.touch(series[place..<(place + count)])
      for one in series[place..<(place + count)] {
        var samples = head.samples(of: one, in: selection, disk: disk)
        if withCodes { samples.codes = head.copyCodes(of: one, to: &window.codes) }
        window.samples.append(samples)
      }
    }
  }

  private static func disk(_ selection: SeriesSelection, _ store: SampleStore) -> DiskChunks {
    DiskChunks(journal: store.journal, from: selection.from) { [store] in store.foundDamage($0) }
  }
}
