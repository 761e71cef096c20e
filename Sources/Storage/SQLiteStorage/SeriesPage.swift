import MetricModel

/// Series that share a row: as many as fill a page of the file, each name and value in it written once.
///
/// Layout of the body: a byte for the version; then of each series the change of its number against the series before (varint), twice the number of
/// its strings plus one if it has a check (varint), the check (four bytes, least significant first), and its strings, name
/// and value in turn: 0 and then length and bytes of a string that is new in this row, or which of the strings before it is. Labels that
/// are no list of strings stand as one string.
struct SeriesPage: Sendable {
  private static let version: UInt8 = 1

  /// The lowest number in it.
  let low: Int64
  let body: [UInt8]

  /// Packs series, in any order.
  static func packing(_ series: [StoredLabels]) -> [SeriesPage] {
    var packs: [SeriesPage] = []
    var builder = Builder()
    for one in series.sorted(by: { $0.key < $1.key }) {
      if let full = builder.append(one) { packs.append(full) }
    }
    if let rest = builder.finish() { packs.append(rest) }
    return packs
  }

  /// The series in a body; nil if it is damaged.
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
        // One string alone is no list of names and values.
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

  /// The strings of packed labels; nil if putting them together again would give other bytes.
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

  /// Fills one pack after the other.
  private struct Builder {
    private var low: Int64 = 0
    private var key: Int64 = 0
    private var body: [UInt8] = [SeriesPage.version]
    private var known: [ArraySlice<UInt8>: Int] = [:]

    /// Adds a series; returns the pack before it if that is full.
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

/// The labels of a series as they are kept.
struct StoredLabels: Sendable {
  let key: SeriesKey
  let labels: [UInt8]
  /// Nil for series that version 0.1 wrote.
  let checksum: UInt32?
}
