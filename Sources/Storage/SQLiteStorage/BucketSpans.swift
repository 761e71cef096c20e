import GRDB
import MetricModel
import StorageAPI

/// The first and the last time in the chunks of each series of a family.
///
/// Kept by compaction, so that a start need not look at every chunk. Layout: a byte for the version; then of each series the change of
/// its number against the one before (varint), the change of the first time (signed varint) and the time spanned (varint).
struct BucketSpans {
  private static let version: UInt8 = 1
  private var spans: [Int64: (first: Int64, last: Int64)] = [:]

  init() {}

  /// Reads what was kept; nil if it is damaged.
  init?(_ bytes: [UInt8]) {
    let span = bytes.span
    guard span.count > 0, span[0] == Self.version else { return nil }
    var position = 1
    var key: Int64 = 0
    var first: Int64 = 0
    while position < span.count {
      guard let step = Varint.read(span, at: &position),
        let change = Varint.readSigned(span, at: &position),
        let duration = Varint.read(span, at: &position)
      else { return nil }
      key &+= Int64(bitPattern: step)
      first &+= change
      let last = first &+ Int64(bitPattern: duration)
      guard first <= last else { return nil }
      spans[key] = (first, last)
    }
  }

  /// What a series spans; nil if it has no chunks.
  subscript(key: Int64) -> ClosedRange<Timestamp>? {
    spans[key].map { Timestamp(rawValue: $0.first)...Timestamp(rawValue: $0.last) }
  }

  /// Takes in chunks; false if the row is damaged.
  mutating func add(_ body: [UInt8]) -> Bool {
    ChunkPage.forEachHeader(in: body) { header, _ in add(header) }
  }

  mutating func add(_ chunk: ChunkHeader) {
    guard chunk.first <= chunk.last else { return }
    let known = spans[chunk.series] ?? (chunk.first, chunk.last)
    spans[chunk.series] = (min(known.first, chunk.first), max(known.last, chunk.last))
  }

  /// What is kept.
  var bytes: [UInt8] {
    var bytes: [UInt8] = [Self.version]
    var (key, first) = (Int64(0), Int64(0))
    for (next, span) in spans.sorted(by: { $0.key < $1.key }) {
      Varint.append(UInt64(bitPattern: next &- key), to: &bytes)
      Varint.appendSigned(span.first &- first, to: &bytes)
      Varint.append(UInt64(bitPattern: span.last &- span.first), to: &bytes)
      (key, first) = (next, span.first)
    }
    return bytes
  }
}

extension SampleDatabase {
  /// What the series of a family span.
  func spans(
    of family: Int64, _ damaged: (String) -> Void
  ) throws(StorageError) -> BucketSpans {
    let (kept, periods) = try file.read { database in
      (
        try Self.keptSpans(of: family, database),
        try Int64.fetchAll(
          try database.cachedStatement(sql: "SELECT period FROM uncompacted WHERE family = ?"),
          arguments: [family])
      )
    }
    var spans = kept ?? BucketSpans()
    let ranges = kept == nil ? [Int64.min ... .max] : periods.map { ChunkPage.times(in: $0) }
    for range in ranges {
      for pack in try packs(in: PageRange(family: family, last: range), damaged)
      where !spans.add(pack.body) {
        damaged("row \(pack.number) of chunks")
      }
    }
    return spans
  }

  /// What compaction has kept of a family; nil if that is nothing or damaged.
  static func keptSpans(of family: Int64, _ database: Database) throws -> BucketSpans? {
    let statement = try database.cachedStatement(
      sql: "SELECT body FROM family_span WHERE family = ?")
    guard let row = try Row.fetchOne(statement, arguments: [family]) else { return nil }
    return BucketSpans(try row.bytes(at: 0))
  }
}
