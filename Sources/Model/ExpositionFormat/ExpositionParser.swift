import MetricModel

/// Walks an exposition in text format 0.0.4 or OpenMetrics 1.0 and yields one line after the other as ranges of the input.
///
/// Nothing is copied and no string is made: a scraper that has seen a line before needs the bytes of its series and the
/// number behind them. `labels()` makes the label set of a series that is new. A malformed line throws and says which one it is;
/// any input is safe, whatever its length or bytes.
///
/// - Complexity: O(bytes), no allocation but for numbers that are longer than 19 digits.
public struct ExpositionParser: ~Escapable {
  let bytes: Span<UInt8>
  let format: ExpositionTextFormat
  /// How many bytes were read; after a line, where the next one begins.
  public internal(set) var position = 0
  /// Whether the series of the sample read last was the expected one.
  public private(set) var matchedExpectation = false
  private(set) var sawEnd = false
  /// The number of the line that was read last, from 1.
  public internal(set) var line = 0
  /// What the series that was read last consists of; nothing after one that matched the expectation.
  var pieces: [SeriesPiece] = []
  /// Where that series stands.
  var lastSeries = 0..<0
  /// Whether a backslash stands in one of the pieces.
  var hasEscapes = false

  /// Makes a parser that stands before the first line.
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
  /// `series` is what the caller expects the line to begin with: a whole series that a parser yielded before. If the line has it,
  /// the labels are not looked at again, which makes up most of the cost of a line.
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

  /// Steps over the line that stands here if it is the given one, line end included.
  public mutating func skipLine(_ expected: Span<UInt8>) -> Bool {
    let end = position + expected.count
    guard end <= bytes.count, !expected.isEmpty, !sawEnd,
      Self.areEqual(expected, bytes.extracting(position..<end))
    else { return false }
    position = end
    line += 1
    return true
  }

  /// Notes that OpenMetrics' end mark was read.
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

  /// Steps over the expected series if the line begins with it and it ends there.
  private mutating func skip(_ series: Span<UInt8>) -> Bool {
    let end = position + series.count
    // The last byte differs in most lines that are not the expected one.
    guard !series.isEmpty, end < bytes.count, bytes[end - 1] == series[series.count - 1],
      Self.areEqual(series, bytes.extracting(position..<end))
    else { return false }
    if series[series.count - 1] != .closingBrace {
      // A bare name: neither may the name go on, nor labels follow after blanks.
      var next = end
      while next < bytes.count, bytes[next].isBlank { next += 1 }
      guard next > end, next < bytes.count, bytes[next] != .openingBrace else { return false }
    }
    position = end
    return true
  }

  /// Reads a number that ends at a blank or at the end of the line.
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

  /// Steps over ` # {trace_id="..."} 1 1520879607.789`, which is checked and not kept.
  private mutating func skipExemplar() throws(ExpositionError) {
    position += 1
    skipBlanks()
    guard position < bytes.count, bytes[position] == .openingBrace else {
      throw failure(expected: "the labels of an exemplar")
    }
    // Its labels are no pieces of the series.
    let (seriesPieces, seriesHasEscapes) = (pieces, hasEscapes)
    try skipLabels(named: true)
    (pieces, hasEscapes) = (seriesPieces, seriesHasEscapes)
    skipBlanks()
    _ = try number(expected: "the value of an exemplar")
    skipBlanks()
    if position < bytes.count, bytes[position] != .newline { _ = try timestamp() }
    skipBlanks()
  }

  /// Steps over the newline; the last line may lack it.
  mutating func endLine() throws(ExpositionError) {
    guard position < bytes.count else { return }
    guard bytes[position] == .newline else { throw failure(expected: "the end of the line") }
    position += 1
  }

  /// Steps over spaces and tabs.
  mutating func skipBlanks() {
    while position < bytes.count, bytes[position].isBlank { position += 1 }
  }
}

/// The dialects of the exposition format that are read.
public enum ExpositionTextFormat: Sendable, Equatable {
  /// Prometheus text format 0.0.4.
  case text
  /// OpenMetrics 1.0: times in seconds, exemplars, `# EOF` at the end.
  case openMetrics

  /// The format that an answer's Content-Type announces; all but OpenMetrics is tried as text.
  public init(contentType: String?) {
    self = ExpositionTextFormat(knownContentType: contentType) ?? .text
  }

  /// The format that an answer's Content-Type announces; nil if it announces none that is known.
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
