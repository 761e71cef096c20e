import Codecs
import GRDB
import MetricModel
import StorageAPI

/// The first and last chunk time of each series in a series bucket.
///
/// Compaction writes them, so that opening the database need not look at every chunk. Layout: a
/// version byte; then for each series the difference of its number from the previous one (varint),
/// the difference of its first time (signed varint) and the length of its time span (varint).
struct BucketSpans {
  private static let version: UInt8 = 1
  private var spans: [Int64: (first: Int64, last: Int64)] = [:]

  init() {}

  /// Decodes stored spans; `nil` if the bytes are damaged.
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

  /// The time span of a series; `nil` if it has no chunks.
  subscript(key: Int64) -> ClosedRange<Timestamp>? {
    spans[key].map { Timestamp(rawValue: $0.first)...Timestamp(rawValue: $0.last) }
  }

  /// Merges the headers of a chunk page; returns `false` if the page is damaged.
  mutating func add(_ body: [UInt8]) -> Bool {
    ChunkPage.forEachHeader(in: body) { header, _ in add(header) }
  }

  mutating func add(_ chunk: ChunkHeader) {
    guard chunk.first <= chunk.last else { return }
    let known = spans[chunk.series] ?? (chunk.first, chunk.last)
    spans[chunk.series] = (min(known.first, chunk.first), max(known.last, chunk.last))
  }

  /// The encoded spans, as they are stored.
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
  /// The time span of every series in a bucket.
  func spans(
    of bucket: Int64, _ damaged: (String) -> Void
  ) throws(StorageError) -> BucketSpans {
    let (stored, periods) = try file.read { database in
      (
        try Self.storedSpans(of: bucket, database),
        try Int64.fetchAll(
          try database.cachedStatement(sql: "SELECT period FROM uncompacted WHERE family = ?"),
          arguments: [bucket])
      )
    }
    var spans = stored ?? BucketSpans()
    let ranges = stored == nil ? [Int64.min ... .max] : periods.map { ChunkPage.times(in: $0) }
    for range in ranges {
      for page in try pages(in: PageRange(bucket: bucket, last: range), damaged)
      where !spans.add(page.body) {
        damaged("row \(page.number) of chunks")
      }
    }
    return spans
  }

  /// The spans that compaction stored for a bucket; `nil` if there are none or they are damaged.
  static func storedSpans(of bucket: Int64, _ database: Database) throws -> BucketSpans? {
    let statement = try database.cachedStatement(
      sql: "SELECT body FROM family_span WHERE family = ?")
    guard let row = try Row.fetchOne(statement, arguments: [bucket]) else { return nil }
    return BucketSpans(try row.bytes(at: 0))
  }
}
