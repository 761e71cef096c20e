import MetricModel

/// Parses an exposition in text format 0.0.4 or OpenMetrics 1.0, one line at a time, into byte
/// ranges of the input.
///
/// It copies nothing and creates no strings: a scraper that has seen a line before needs only the
/// bytes of its series and the number after them. `labels()` creates the label set of a new series.
/// A malformed line throws an error with its number; any input is safe, whatever its length or
/// bytes.
///
/// - Complexity: O(bytes), no allocation except for numbers longer than 19 digits.
public struct ExpositionParser: ~Escapable {
  let bytes: Span<UInt8>
  let format: ExpositionTextFormat
  /// The number of bytes parsed; after a line, the start of the next one.
  public internal(set) var position = 0
  /// Whether the series of the last sample was the expected one.
  public private(set) var matchedExpectation = false
  private(set) var sawEnd = false
  /// The number of the last line, from 1.
  public internal(set) var line = 0
  /// The parts of the last series; empty after one that matched the expectation.
  var pieces: [SeriesPiece] = []
  /// The byte range of the last series.
  var lastSeries = 0..<0
  /// Whether one of the pieces contains a backslash.
  var hasEscapes = false

  /// Creates a parser at the first line.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>, format: ExpositionTextFormat = .text) {
    self.bytes = bytes
    self.format = format
  }

  /// The next sample or piece of metadata; nil at the end.
  public mutating func next() throws(ExpositionError) -> ExpositionEntry? {
    try next(expecting: Span())
  }

  /// The next sample or piece of metadata; nil at the end.
  ///
  /// `series` is the text with which the caller expects the line to start: a whole series that a
  /// parser returned before. If it matches, the labels are not parsed again, which is most of the
  /// cost of a line.
  public mutating func next(
    expecting series: Span<UInt8>
  ) throws(ExpositionError) -> ExpositionEntry? {
    while position < bytes.count {
      line += 1
      if format == .text { skipBlanks() }
      guard position < bytes.count else { break }
      guard !sawEnd else { throw failure(expected: "nothing after # EOF") }
      switch bytes[position] {
      case .newline:
        guard format == .text else { throw failure(expected: "no empty line in OpenMetrics") }
        position += 1
      case .hash:
        if let entry = try comment() { return entry }
      default:
        return .sample(try sample(expecting: series))
      }
    }
    if format == .openMetrics, !sawEnd { throw failure(expected: "# EOF as the last line") }
    return nil
  }

  /// Skips the current line with its line end if it equals `expected`; returns whether it did.
  public mutating func skipLine(_ expected: Span<UInt8>) -> Bool {
    let end = position + expected.count
    guard end <= bytes.count, !expected.isEmpty, !sawEnd,
      Self.areEqual(expected, bytes.extracting(position..<end))
    else { return false }
    position = end
    line += 1
    return true
  }

  /// Records that OpenMetrics' end mark was read.
  mutating func noteEnd() { sawEnd = true }

  private mutating func sample(
    expecting series: Span<UInt8>
  ) throws(ExpositionError) -> ExpositionSample {
    let start = position
    matchedExpectation = skip(series)
    if !matchedExpectation { try skipSeries() }
    let range = start..<position
    lastSeries = range
    skipBlanks()
    let value = try number(expected: "a value")
    skipBlanks()
    var timestamp: Timestamp?
    if position < bytes.count, bytes[position] != .newline, bytes[position] != .hash {
      timestamp = try self.timestamp()
      skipBlanks()
    }
    if format == .openMetrics, position < bytes.count, bytes[position] == .hash {
      try skipExemplar()
    }
    try endLine()
    return ExpositionSample(series: range, value: value, timestamp: timestamp)
  }

  /// Skips the expected series if the line starts with exactly this series; returns whether it did.
  private mutating func skip(_ series: Span<UInt8>) -> Bool {
    let end = position + series.count
    // The last byte differs in most lines that do not match.
    guard !series.isEmpty, end < bytes.count, bytes[end - 1] == series[series.count - 1],
      Self.areEqual(series, bytes.extracting(position..<end))
    else { return false }
    if series[series.count - 1] != .closingBrace {
      // After a bare name neither a further character of it nor labels may follow.
      var next = end
      while next < bytes.count, bytes[next].isBlank { next += 1 }
      guard next > end, next < bytes.count, bytes[next] != .openingBrace else { return false }
    }
    position = end
    return true
  }

  /// Parses a number that ends at a blank or at the end of the line.
  mutating func number(expected: String) throws(ExpositionError) -> Double {
    guard let (value, end) = DecimalNumber.read(bytes, at: position) else {
      throw failure(expected: expected)
    }
    position = end
    return value
  }

  private mutating func timestamp() throws(ExpositionError) -> Timestamp {
    switch format {
    case .openMetrics:
      let start = position
      let seconds = try number(expected: "a timestamp in seconds")
      guard seconds.isFinite else {
        position = start
        throw failure(expected: "a timestamp in seconds")
      }
      return Timestamp(seconds: seconds)
    case .text:
      guard let (value, end) = DecimalNumber.readInteger(bytes, at: position) else {
        throw failure(expected: "a timestamp in milliseconds or the end of the line")
      }
      position = end
      return Timestamp(rawValue: value)
    }
  }

  /// Skips ` # {trace_id="..."} 1 1520879607.789`, which is validated but not returned.
  private mutating func skipExemplar() throws(ExpositionError) {
    position += 1
    skipBlanks()
    guard position < bytes.count, bytes[position] == .openingBrace else {
      throw failure(expected: "the labels of an exemplar")
    }
    // The labels of an exemplar are not pieces of the series.
    let (seriesPieces, seriesHasEscapes) = (pieces, hasEscapes)
    try skipLabels(named: true)
    (pieces, hasEscapes) = (seriesPieces, seriesHasEscapes)
    skipBlanks()
    _ = try number(expected: "the value of an exemplar")
    skipBlanks()
    if position < bytes.count, bytes[position] != .newline { _ = try timestamp() }
    skipBlanks()
  }

  /// Skips the newline, which the last line may lack.
  mutating func endLine() throws(ExpositionError) {
    guard position < bytes.count else { return }
    guard bytes[position] == .newline else { throw failure(expected: "the end of the line") }
    position += 1
  }

  /// Skips spaces and tabs.
  mutating func skipBlanks() {
    while position < bytes.count, bytes[position].isBlank { position += 1 }
  }
}

/// The supported dialects of the exposition format.
public enum ExpositionTextFormat: Sendable, Equatable {
  /// Prometheus text format 0.0.4.
  case text
  /// OpenMetrics 1.0: timestamps in seconds, exemplars, `# EOF` at the end.
  case openMetrics

  /// The format of a response's Content-Type; everything but OpenMetrics is parsed as text.
  public init(contentType: String?) {
    self = ExpositionTextFormat(knownContentType: contentType) ?? .text
  }

  /// The format of a response's Content-Type; nil if it is not a supported one.
  public init?(knownContentType contentType: String?) {
    let type = contentType?.split(separator: ";").first?.lowercased() ?? ""
    if type.utf8.starts(with: "application/openmetrics-text".utf8) {
      self = .openMetrics
    } else if type.utf8.starts(with: "text/plain".utf8) {
      self = .text
    } else {
      return nil
    }
  }
}
