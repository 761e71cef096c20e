import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization

/// The chunks of a selection that are in the database only.
///
/// Series are usually read in the order of the selection; so chunks are fetched for many series at
/// a time and handed out one by one.
final class DiskChunks: Sendable {
  /// The number of series for which chunks are fetched ahead.
  static let ahead = 64

  private struct Window {
    var start = 0
    var chunks: [[SealedChunk]] = []
  }

  private struct State {
    var series: [(key: SeriesKey, through: Timestamp)] = []
    var window = Window()
  }

  private let database: SampleDatabase
  private let from: Timestamp
  private let report: @Sendable (String) -> Void
  private let state = Mutex(State())

  init(
    database: SampleDatabase, from: Timestamp,
    report: @escaping @Sendable (String) -> Void
  ) {
    self.database = database
    self.from = from
    self.report = report
  }

  /// Adds a series whose samples through an instant are wanted, and returns its index.
  func add(_ key: Int64, through: Int64) -> Int {
    state.withLock { state in
      state.series.append((SeriesKey(rawValue: key), Timestamp(rawValue: through)))
      return state.series.count - 1
    }
  }

  /// The chunks of the series at an index that overlap the wanted range, in order of time.
  func chunks(at place: Int) throws(StorageError) -> [SealedChunk] {
    try state.withLock { state throws(StorageError) in
      let end = state.window.start + state.window.chunks.count
      if place < state.window.start || place >= end {
        // Only sequential readers get more than they asked for.
        let count = place == end ? min(Self.ahead, state.series.count - place) : 1
        let rows = try database.chunks(
          of: Array(state.series[place..<(place + count)]), from: from, damaged: report)
        state.window = Window(start: place, chunks: rows.map { $0.compactMap(sound) })
      }
      return state.window.chunks[place - state.window.start]
    }
  }

  /// Reports a chunk that cannot be decoded.
  func foundDamage(_ chunk: SealedChunk) {
    report("a chunk that begins at \(Timestamp(rawValue: chunk.first).rfc3339)")
  }

  private func sound(_ row: ChunkRow) -> SealedChunk? {
    if let chunk = SealedChunk(row) { return chunk }
    report("the chunk of series \(row.series.rawValue) that begins at \(row.first.rfc3339)")
    return nil
  }
}
