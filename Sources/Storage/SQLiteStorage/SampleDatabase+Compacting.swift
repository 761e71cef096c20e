import Foundation
import GRDB
package import MetricModel
package import StorageAPI

/// A place for compaction: the chunks of neighbouring series that end in the same two hours.
package struct CompactionPlace: Sendable, Hashable {
  let family: Int64
  let period: Int64
}

/// What there is at a place.
package struct CompactionInput: Sendable {
  /// In the order of series and time, none of them twice.
  package let chunks: [ChunkRow]
  let place: CompactionPlace
  /// The rows that they were read from, and all rows that there were.
  let packs: [Int64]
  let seen: Set<Int64>
  let bodyBytes: Int

  /// Whether the same chunks would take clearly fewer rows.
  package var isScattered: Bool {
    packs.count > (bodyBytes + ChunkPage.maximumBodyBytes - 1) / ChunkPage.maximumBodyBytes + 1
  }
}

extension SampleDatabase {
  /// The places that have got chunks since they were compacted and whose two hours were over before an instant; at most `limit`.
  package func uncompacted(
    endingBefore end: Timestamp, limit: Int
  ) throws(StorageError) -> [CompactionPlace] {
    try file.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT family, period FROM uncompacted WHERE period < ? ORDER BY family, period LIMIT ?
          """, arguments: [ChunkPage.period(of: end.rawValue), limit]
      ).map { CompactionPlace(family: try $0.integer(at: 0), period: try $0.integer(at: 1)) }
    }
  }

  /// What there is at a place; what is damaged is left as it is.
  package func input(at place: CompactionPlace) throws(StorageError) -> CompactionInput {
    var chunks: [ChunkRow] = []
    var sound: [Int64] = []
    var seen: Set<Int64> = []
    var bytes = 0
    let range = PageRange(family: place.family, last: ChunkPage.times(in: place.period))
    for pack in try packs(in: range, { _ in }) {
      seen.insert(pack.number)
      var found: [ChunkRow] = []
      guard ChunkPage.read(pack.body, into: &found, where: { _ in true }) else { continue }
      chunks += found
      sound.append(pack.number)
      bytes += pack.body.count
    }
    return CompactionInput(
      chunks: Self.withoutRepeats(chunks), place: place, packs: sound, seen: seen, bodyBytes: bytes)
  }

  /// Notes that a place is compacted, and puts chunks into the place of those that were there if any are given.
  package func finish(
    _ input: CompactionInput, replacingWith chunks: [ChunkRow]?
  ) async throws(StorageError) {
    let place = input.place
    // Nothing was kept before compaction came here, and after damage: found out beside the batches. What comes meanwhile is noted as
    // uncompacted, and so looked at by who needs it.
    let isKept = try file.read { try Self.keptSpans(of: place.family, $0) != nil }
    let found = isKept ? BucketSpans() : try spans(of: place.family) { _ in }
    try await file.write { database in
      let hasMore = try Self.numbers(at: place, database).contains { !input.seen.contains($0) }
      var spans = try Self.keptSpans(of: place.family, database) ?? found
      for chunk in chunks ?? input.chunks { spans.add(ChunkHeader(chunk)) }
      if let chunks {
        for number in input.packs { try Self.removePack(number, from: database) }
        try Self.insert(ChunkPage.packing(chunks), into: database)
      }
      try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO family_span (family, body) VALUES (?, ?)"
      ).execute(arguments: [place.family, Data(spans.bytes)])
      // What came meanwhile is seen at the next round.
      if hasMore { return }
      try database.cachedStatement(sql: "DELETE FROM uncompacted WHERE family = ? AND period = ?")
        .execute(arguments: [place.family, place.period])
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
      statement, arguments: [place.family, times.lowerBound, times.upperBound])
  }
}
