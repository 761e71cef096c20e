import Codecs
import MetricModel

/// Chunks that share one database row: those of neighbouring series that end in the same two hours,
/// as many as fill one page of the file.
///
/// A row of its own would cost SQLite about fifty bytes and two index entries per chunk, as much as
/// an hour of a quiet series; and a row as long as a page leaves no part of the page unused. Layout
/// of the body: a version byte; the number of chunks (varint); for each chunk the differences of
/// series, first time, time span and sample count from the previous chunk (varints, all but the
/// series signed), the length of its codes in bytes times eight plus its encoding (varint), and its
/// checksum (four bytes, little endian); then the codes of all chunks, one after the other.
struct ChunkPage: Sendable {
  /// The number of neighbouring series whose chunks share rows: a series bucket.
  private static let seriesPerBucket: Int64 = 512
  /// The length of a period in milliseconds; chunks that end in the same period share rows.
  static let period: Int64 = 2 * 3_600_000
  /// The largest body in bytes that fits one page of ``DatabaseFile/pageBytes`` beside the other
  /// columns of its row.
  static let maximumBodyBytes = 8112
  private static let version: UInt8 = 1

  let bucket: Int64
  /// The first time in the page, in milliseconds.
  let first: Int64
  let last: Int64
  /// The lowest series number in the page.
  let low: Int64
  let high: Int64
  /// The number of chunks in the page.
  let chunks: Int
  let samples: Int
  let body: [UInt8]

  /// The bucket that a series belongs to.
  static func bucket(of series: SeriesKey) -> Int64 {
    (series.rawValue &- 1) >> Int64(seriesPerBucket.trailingZeroBitCount)
  }

  /// The period that a time in milliseconds falls in; the first one of 1970 is 0.
  static func period(of time: Int64) -> Int64 {
    let (quotient, remainder) = time.quotientAndRemainder(dividingBy: period)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The first and last millisecond of a period.
  static func times(in number: Int64) -> ClosedRange<Int64> {
    let (start, overflow) = number.multipliedReportingOverflow(by: period)
    if overflow { return number < 0 ? .min ... .min + period : .max - period ... .max }
    let (end, overflows) = start.addingReportingOverflow(period - 1)
    return start...(overflows ? .max : end)
  }

  /// Packs chunks, given in any order, into pages.
  static func packing(_ chunks: [ChunkRow]) -> [ChunkPage] {
    // Chunks that were sealed together usually are in this order already, and then sorting is
    // nearly free.
    let sorted = isSorted(chunks) ? chunks : chunks.sorted { isBefore($0, $1) }
    var pages: [ChunkPage] = []
    var builder = ChunkPageBuilder()
    for chunk in sorted {
      if !builder.takes(chunk) { pages.append(builder.finish()) }
      builder.append(chunk)
    }
    if !builder.isEmpty { pages.append(builder.finish()) }
    return pages
  }

  private static func isSorted(_ chunks: [ChunkRow]) -> Bool {
    zip(chunks, chunks.dropFirst()).allSatisfy { !isBefore($1, $0) }
  }

  private static func isBefore(_ left: ChunkRow, _ right: ChunkRow) -> Bool {
    let buckets = (bucket(of: left.series), bucket(of: right.series))
    if buckets.0 != buckets.1 { return buckets.0 < buckets.1 }
    let periods = (period(of: left.last.rawValue), period(of: right.last.rawValue))
    if periods.0 != periods.1 { return periods.0 < periods.1 }
    if left.series != right.series { return left.series < right.series }
    return left.first < right.first
  }

  /// Calls `body` with the header of each chunk and the position of its codes; returns `false` if
  /// the headers are damaged.
  static func forEachHeader(
    in bytes: [UInt8], _ body: (_ chunk: ChunkHeader, _ codes: Range<Int>) -> Void
  ) -> Bool {
    let span = bytes.span
    guard span.count > 1, span[0] == version else { return false }
    var position = 1
    guard let count = Varint.read(span, at: &position), count <= UInt64(span.count) else {
      return false
    }
    var headers: [ChunkHeader] = []
    headers.reserveCapacity(Int(count))
    var header = ChunkHeader()
    for _ in 0..<count {
      guard header.readNext(span, at: &position) else { return false }
      headers.append(header)
    }
    for header in headers {
      guard header.length <= span.count - position else { return false }
      body(header, position..<(position + header.length))
      position += header.length
    }
    return true
  }

  /// Adds the wanted chunks of a page to those found so far; returns `false` if the page is
  /// damaged.
  static func read(
    _ bytes: [UInt8], into chunks: inout [ChunkRow], where isWanted: (ChunkHeader) -> Bool
  ) -> Bool {
    forEachHeader(in: bytes) { header, codes in
      if isWanted(header) { chunks.append(header.row(codes: Array(bytes[codes]))) }
    }
  }

  fileprivate init(
    _ header: ChunkHeader, first: Int64, last: Int64, low: Int64, chunks: Int, samples: Int,
    headers: [UInt8], codes: [UInt8]
  ) {
    bucket = Self.bucket(of: SeriesKey(rawValue: low))
    self.first = first
    self.last = last
    self.low = low
    high = header.series
    self.chunks = chunks
    self.samples = samples
    var body: [UInt8] = [Self.version]
    body.reserveCapacity(headers.count + codes.count + 4)
    Varint.append(UInt64(chunks), to: &body)
    body += headers
    body += codes
    self.body = body
  }
}

/// The fields of a page that precede the codes of a chunk.
struct ChunkHeader: Sendable {
  private(set) var series: Int64 = 0
  private(set) var first: Int64 = 0
  private(set) var last: Int64 = 0
  private(set) var count: Int64 = 0
  private(set) var encoding = 0
  private(set) var checksum: UInt32 = 0
  /// The length of the chunk's codes in bytes.
  private(set) var length = 0

  init() {}

  init(_ chunk: ChunkRow) {
    series = chunk.series.rawValue
    first = chunk.first.rawValue
    last = chunk.last.rawValue
    count = Int64(chunk.count)
    // An encoding that does not fit three bits cannot exist: the chunk then counts as damaged.
    encoding = (0..<8).contains(chunk.encoding) ? chunk.encoding : 0
    checksum = chunk.checksum
    length = chunk.samples.count
  }

  /// The chunk with its codes.
  func row(codes: [UInt8]) -> ChunkRow {
    ChunkRow(
      number: 0, series: SeriesKey(rawValue: series), first: Timestamp(rawValue: first),
      last: Timestamp(rawValue: last), count: Int(count), encoding: encoding, checksum: checksum,
      samples: codes)
  }

  /// Appends the differences from the previous header.
  fileprivate func append(after previous: ChunkHeader, to bytes: inout [UInt8]) {
    Varint.append(UInt64(bitPattern: series &- previous.series), to: &bytes)
    Varint.appendSigned(first &- previous.first, to: &bytes)
    Varint.appendSigned((last &- first) &- (previous.last &- previous.first), to: &bytes)
    Varint.appendSigned(count &- previous.count, to: &bytes)
    Varint.append(UInt64(length) << 3 | UInt64(encoding), to: &bytes)
    for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: checksum >> shift))
    }
  }

  /// Reads the header after this one; returns `false` if the bytes end too early.
  fileprivate mutating func readNext(_ bytes: Span<UInt8>, at position: inout Int) -> Bool {
    guard let series = Varint.read(bytes, at: &position),
      let first = Varint.readSigned(bytes, at: &position),
      let spanned = Varint.readSigned(bytes, at: &position),
      let count = Varint.readSigned(bytes, at: &position),
      let length = Varint.read(bytes, at: &position), position + 4 <= bytes.count
    else { return false }
    let duration = (self.last &- self.first) &+ spanned
    self.series &+= Int64(bitPattern: series)
    self.first &+= first
    self.last = self.first &+ duration
    self.count &+= count
    encoding = Int(length & 7)
    self.length = Int(length >> 3)
    checksum = 0
    for place in 0..<4 { checksum |= UInt32(bytes[position + place]) << UInt32(8 * place) }
    position += 4
    return true
  }
}

/// Fills one page after the other.
private struct ChunkPageBuilder {
  private var headers: [UInt8] = []
  private var codes: [UInt8] = []
  private var count = 0
  private var samples = 0
  private var previous = ChunkHeader()
  private var low: Int64 = 0
  private var first = Int64.max
  private var last = Int64.min

  var isEmpty: Bool { count == 0 }

  /// Whether a chunk belongs to the page that is being filled and still fits into it.
  func takes(_ chunk: ChunkRow) -> Bool {
    if isEmpty { return true }
    // An upper bound of the header's size, unless times jump.
    let size = headers.count + codes.count + chunk.samples.count + 32
    return size <= ChunkPage.maximumBodyBytes
      && ChunkPage.bucket(of: chunk.series) == ChunkPage.bucket(of: SeriesKey(rawValue: low))
      && ChunkPage.period(of: chunk.last.rawValue) == ChunkPage.period(of: last)
  }

  mutating func append(_ chunk: ChunkRow) {
    let header = ChunkHeader(chunk)
    if isEmpty { low = header.series }
    header.append(after: previous, to: &headers)
    codes += chunk.samples
    count += 1
    samples += chunk.count
    previous = header
    first = min(first, header.first)
    last = max(last, header.last)
  }

  /// Returns the page and begins a new one.
  mutating func finish() -> ChunkPage {
    defer { self = ChunkPageBuilder() }
    return ChunkPage(
      previous, first: first, last: last, low: low, chunks: count, samples: samples,
      headers: headers, codes: codes)
  }
}
