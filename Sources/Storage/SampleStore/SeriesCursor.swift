import MetricModel
import StorageAPI
import Synchronization

/// A cursor over the series of a selection, whose samples are those at the time of the selection.
/// It takes snapshots of 128 series at a time, so that they are still in the processor's cache when
/// they are read.
final class SeriesCursor: SelectedSeries {
  /// The number of series in one snapshot.
  static let ahead = 128

  private struct State {
    var samples = SampleSnapshot()
    /// Prevents the compiler from removing `Head.touch`.
    var touched: UInt64 = 0
  }

  let seriesSet: SeriesSet
  private let found: FoundSeries
  private let held: [SnapshotSeries]
  private let selection: SeriesSelection
  private let store: SampleStore
  private let state = Mutex(State())

  init(
    _ selection: SeriesSelection, of store: SampleStore, _ found: FoundSeries,
    _ held: [SnapshotSeries]
  ) {
    self.selection = selection
    self.store = store
    self.found = found
    self.held = held
    seriesSet = found.seriesSet
  }

  var labels: [Labels] { seriesSet.labels }

  func read(
    _ place: Int, from: Timestamp, through: Timestamp, into columns: inout SampleColumns
  ) throws(StorageError) {
    let through = min(through.rawValue, held[place].newest)
    guard from.rawValue <= through else { return }
    try state.withLock { state throws(StorageError) in
      load(place, withCodes: true, &state)
      try state.samples.read(place, from: from.rawValue, through: through, into: &columns)
    }
  }

  func newest(
    _ place: Int, from: Timestamp, through: Timestamp
  ) throws(StorageError) -> (timestamp: Int64, value: Double)? {
    state.withLock { state in
      load(place, withCodes: false, &state)
      guard let sample = state.samples.newest(place), sample.timestamp >= from.rawValue,
        sample.timestamp <= min(through.rawValue, held[place].newest)
      else { return nil }
      return sample
    }
  }

  private func load(_ place: Int, withCodes: Bool, _ state: inout State) {
    let isHeld = place >= state.samples.start && place < state.samples.end
    if isHeld, state.samples.hasCodes || !withCodes { return }
    // Only sequential readers get more than they asked for.
    let count =
      isHeld || place == state.samples.end ? min(Self.ahead, found.slots.count - place) : 1
    store.head.withLock { head in
      if selection.order == .labels {
        state.touched &+= head.touch(found.slots[place..<(place + count)])
      }
      state.samples.take(
        place..<(place + count), of: found, held, in: head, from: selection.from.rawValue,
        through: selection.through.rawValue, withCodes: withCodes
      ) {
        DiskChunks(database: store.database, from: selection.from) { [store] in
          store.foundDamage($0)
        }
      }
    }
  }
}
