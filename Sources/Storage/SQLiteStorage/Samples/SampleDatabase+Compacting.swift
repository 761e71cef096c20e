import Foundation
import GRDB
package import MetricModel
package import StorageAPI

/// A unit of compaction: the chunks of one series bucket that end in the same two hours.
package struct CompactionPlace: Sendable, Hashable {
  let bucket: Int64
  let period: Int64
}

/// The chunks to be compacted at one place.
package struct CompactionInput: Sendable {
  /// The chunks in order of series and time, without duplicates.
  package let chunks: [ChunkRow]
  let place: CompactionPlace
  /// The rows that the chunks were read from.
  let pages: [Int64]
  let seen: Set<Int64>
  let bodyBytes: Int

  /// Whether rewriting the same chunks would take clearly fewer rows.
  package var isScattered: Bool {
    pages.count > (bodyBytes + ChunkPage.maximumBodyBytes - 1) / ChunkPage.maximumBodyBytes + 1
  }
}

extension SampleDatabase {
  /// The places that received chunks since their last compaction and whose two hours ended before
  /// an instant; at most `limit`.
  package func uncompacted(
    endingBefore end: Timestamp, limit: Int
  ) throws(StorageError) -> [CompactionPlace] {
    try file.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT family, period FROM uncompacted WHERE period < ? ORDER BY family, period LIMIT ?
          """, arguments: [ChunkPage.period(of: end.rawValue), limit]
      ).map { CompactionPlace(bucket: try $0.integer(at: 0), period: try $0.integer(at: 1)) }
    }
  }

  /// The chunks at a place; damaged pages are left as they are.
  package func input(at place: CompactionPlace) throws(StorageError) -> CompactionInput {
    var chunks: [ChunkRow] = []
    var sound: [Int64] = []
    var seen: Set<Int64> = []
    var bytes = 0
    let range = PageRange(bucket: place.bucket, last: ChunkPage.times(in: place.period))
    for page in try pages(in: range, { _ in }) {
      seen.insert(page.number)
      var found: [ChunkRow] = []
      guard ChunkPage.read(page.body, into: &found, where: { _ in true }) else { continue }
      chunks += found
      sound.append(page.number)
      bytes += page.body.count
    }
    return CompactionInput(
      chunks: Self.withoutRepeats(chunks), place: place, pages: sound, seen: seen, bodyBytes: bytes)
  }

  /// Marks a place as compacted and, if `chunks` are given, replaces those that were there.
  package func finish(
    _ input: CompactionInput, replacingWith chunks: [ChunkRow]?
  ) async throws(StorageError) {
    let place = input.place
    // Nothing is stored before the first compaction and after damage: then the spans are computed
    // without blocking batches. Chunks that arrive meanwhile mark the place as uncompacted, so
    // readers look at them.
    let isStored = try file.read { try Self.storedSpans(of: place.bucket, $0) != nil }
    let found = isStored ? BucketSpans() : try spans(of: place.bucket) { _ in }
    try await file.write { database in
      let hasMore = try Self.numbers(at: place, database).contains { !input.seen.contains($0) }
      var spans = try Self.storedSpans(of: place.bucket, database) ?? found
      for chunk in chunks ?? input.chunks { spans.add(ChunkHeader(chunk)) }
      if let chunks {
        for number in input.pages { try Self.removePack(number, from: database) }
        try Self.insert(ChunkPage.packing(chunks), into: database)
      }
      try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO family_span (family, body) VALUES (?, ?)"
      ).execute(arguments: [place.bucket, Data(spans.bytes)])
      // Chunks that arrived meanwhile are compacted in the next round.
      if hasMore { return }
      try database.cachedStatement(sql: "DELETE FROM uncompacted WHERE family = ? AND period = ?")
        .execute(arguments: [place.bucket, place.period])
    }
  }

  private static func numbers(
    at place: CompactionPlace, _ database: Database
  ) throws -> [Int64] {
    let times = ChunkPage.times(in: place.period)
    let statement = try database.cachedStatement(
      sql: """
        SELECT number FROM chunk_pack INDEXED BY chunk_pack_by_family
        WHERE family = ? AND last BETWEEN ? AND ?
        """)
    return try Int64.fetchAll(
      statement, arguments: [place.bucket, times.lowerBound, times.upperBound])
  }
}
