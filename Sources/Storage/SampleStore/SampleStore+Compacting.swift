import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization

extension SampleStore {
  /// The number of places looked up at a time.
  private static var placesPerLook: Int { 64 }

  /// Joins short chunks and packs those of neighbouring series, two hours of some hundred series at
  /// a time, once they are over.
  ///
  /// Reading and encoding happen concurrently with ingestion; each place is one short transaction.
  /// A kill at any instant leaves the old rows or the new ones.
  func compact(now: Timestamp) async throws(StorageError) {
    // Chunks that are sealed because of their age are written by then.
    let end = now.adding(milliseconds: -settings.maximumOpenAge.milliseconds - 300_000)
    while !Task.isCancelled {
      let places = try database.uncompacted(endingBefore: end, limit: Self.placesPerLook)
      for place in places where !Task.isCancelled {
        let input = try database.input(at: place)
        let merge = ChunkMerge(input.chunks, samplesPerChunk: settings.samplesPerChunk)
        let isBetter = merge.joined > 0 || input.isScattered
        try await database.finish(input, replacingWith: isBetter ? merge.chunks : nil)
        head.withLock { $0.stats.chunksJoined += merge.joined }
      }
      if places.count < Self.placesPerLook { return }
    }
  }
}

/// The merge of the chunks of a place: neighbours in time of which one is short are joined.
struct ChunkMerge {
  /// The result, in order of series and time.
  private(set) var chunks: [ChunkRow] = []
  /// How many chunks were merged into others.
  private(set) var joined = 0

  /// Merges chunks given in order of series and time.
  init(_ rows: [ChunkRow], samplesPerChunk: Int) {
    chunks.reserveCapacity(rows.count)
    var start = 0
    for place in rows.indices {
      let next = place + 1
      let isEnd =
        next == rows.count || rows[next].series != rows[start].series
        || !Self.fits(rows[start..<next], rows[next], samplesPerChunk)
      if isEnd {
        join(rows[start..<next])
        start = next
      }
    }
  }

  /// Whether a chunk is joined to those before it. Full chunks are left as they are: encoding them
  /// again gains little.
  private static func fits(
    _ group: ArraySlice<ChunkRow>, _ row: ChunkRow, _ samplesPerChunk: Int
  ) -> Bool {
    guard let last = group.last, last.last < row.first else { return false }
    let count = group.reduce(0) { $0 + $1.count }
    return min(count, row.count) < samplesPerChunk && count + row.count <= samplesPerChunk * 2
  }

  private mutating func join(_ rows: ArraySlice<ChunkRow>) {
    if rows.count > 1, let one = Self.joined(rows) {
      chunks.append(one)
      joined += rows.count - 1
    } else {
      chunks += rows
    }
  }

  /// One chunk made of several; `nil` if one of them is damaged: then all stay as they are.
  private static func joined(_ rows: ArraySlice<ChunkRow>) -> ChunkRow? {
    var columns = SampleColumns()
    for row in rows {
      guard let chunk = SealedChunk(row), chunk.read(from: .min, through: .max, into: &columns)
      else { return nil }
    }
    guard let series = rows.first?.series, columns.count == rows.reduce(0, { $0 + $1.count }) else {
      return nil
    }
    return SealedChunk(columns, number: 0).row(of: series)
  }
}
