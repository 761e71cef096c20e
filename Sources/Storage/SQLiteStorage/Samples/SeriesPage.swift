import Codecs
import MetricModel

/// Series that share one database row: as many as fill one page of the file, each name and value in
/// it written once.
///
/// Layout of the body: a version byte; then for each series the difference of its number from the
/// previous one (varint), twice the number of its strings plus one if it has a checksum (varint),
/// the checksum (four bytes, little endian), and its strings, names and values alternating: 0
/// followed by the length and bytes of a string that is new in this row, or the index of an earlier
/// string. Labels that are not a list of strings are stored as one string.
struct SeriesPage: Sendable {
  private static let version: UInt8 = 1

  /// The lowest series number in the page.
  let low: Int64
  let body: [UInt8]

  /// Packs series, given in any order, into pages.
  static func packing(_ series: [StoredLabels]) -> [SeriesPage] {
    var pages: [SeriesPage] = []
    var builder = Builder()
    for one in series.sorted(by: { $0.key < $1.key }) {
      if let full = builder.append(one) { pages.append(full) }
    }
    if let rest = builder.finish() { pages.append(rest) }
    return pages
  }

  /// The series in a body; `nil` if it is damaged.
  static func series(in bytes: [UInt8]) -> [StoredLabels]? {
    let span = bytes.span
    guard span.count > 1, span[0] == version else { return nil }
    var position = 1
    var found: [StoredLabels] = []
    var known: [Range<Int>] = []
    var key: Int64 = 0
    while position < span.count {
      guard let change = Varint.read(span, at: &position),
        let head = Varint.read(span, at: &position), head >> 1 <= UInt64(span.count)
      else { return nil }
      key &+= Int64(bitPattern: change)
      var checksum: UInt32?
      if head & 1 == 1 {
        guard position + 4 <= span.count else { return nil }
        checksum = (0..<4).reduce(0) { $0 | UInt32(span[position + $1]) << UInt32(8 * $1) }
        position += 4
      }
      var labels: [UInt8] = []
      for _ in 0..<(head >> 1) {
        guard let string = string(span, at: &position, &known) else { return nil }
        // A single string is not a list of names and values.
        if head >> 1 > 1 { appendLength(string.count, to: &labels) }
        labels += bytes[string]
      }
      found.append(
        StoredLabels(key: SeriesKey(rawValue: key), labels: labels, checksum: checksum))
    }
    return found
  }

  private static func string(
    _ bytes: Span<UInt8>, at position: inout Int, _ known: inout [Range<Int>]
  ) -> Range<Int>? {
    guard let place = Varint.read(bytes, at: &position) else { return nil }
    if place > 0 { return place <= UInt64(known.count) ? known[Int(place) - 1] : nil }
    guard let length = Varint.read(bytes, at: &position), length <= UInt64(bytes.count - position)
    else { return nil }
    let string = position..<(position + Int(length))
    known.append(string)
    position = string.upperBound
    return string
  }

  // MARK: - The lengths in packed labels

  private static func appendLength(_ length: Int, to bytes: inout [UInt8]) {
    if length < 255 { return bytes.append(UInt8(length)) }
    bytes.append(255)
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: length >> shift))
    }
  }

  /// The string ranges of packed labels; `nil` if joining them again would give other bytes.
  private static func strings(in labels: [UInt8]) -> [Range<Int>]? {
    var strings: [Range<Int>] = []
    var position = 0
    while position < labels.count {
      var length = Int(labels[position])
      position += 1
      if length == 255 {
        guard position + 4 <= labels.count else { return nil }
        length = (0..<4).reduce(0) { $0 | Int(labels[position + $1]) << (8 * $1) }
        if length < 255 { return nil }
        position += 4
      }
      guard length <= labels.count - position else { return nil }
      strings.append(position..<(position + length))
      position += length
    }
    return strings.count == 1 ? nil : strings
  }

  /// Fills one page after the other.
  private struct Builder {
    private var low: Int64 = 0
    private var key: Int64 = 0
    private var body: [UInt8] = [SeriesPage.version]
    private var known: [ArraySlice<UInt8>: Int] = [:]

    /// Adds a series; returns the previous page if that is full.
    mutating func append(_ series: StoredLabels) -> SeriesPage? {
      let start = body.count
      write(series)
      if body.count <= ChunkPage.maximumBodyBytes || start == 1 { return nil }
      body.removeLast(body.count - start)
      let full = finish()
      write(series)
      return full
    }

    mutating func finish() -> SeriesPage? {
      defer { self = Builder() }
      return body.count == 1 ? nil : SeriesPage(low: low, body: body)
    }

    private mutating func write(_ series: StoredLabels) {
      if body.count == 1 { low = series.key.rawValue }
      Varint.append(UInt64(bitPattern: series.key.rawValue &- key), to: &body)
      key = series.key.rawValue
      let labels = series.labels
      let strings = SeriesPage.strings(in: labels) ?? [0..<labels.count]
      Varint.append(UInt64(strings.count) << 1 | (series.checksum == nil ? 0 : 1), to: &body)
      if let checksum = series.checksum {
        for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
          body.append(UInt8(truncatingIfNeeded: checksum >> shift))
        }
      }
      for string in strings {
        let text = labels[string]
        if let place = known[text] {
          Varint.append(UInt64(place), to: &body)
        } else {
          known[text] = known.count + 1
          Varint.append(0, to: &body)
          Varint.append(UInt64(text.count), to: &body)
          body += text
        }
      }
    }
  }
}

/// The stored labels of a series.
struct StoredLabels: Sendable {
  let key: SeriesKey
  let labels: [UInt8]
  /// `nil` for series written by version 0.1.
  let checksum: UInt32?
}
