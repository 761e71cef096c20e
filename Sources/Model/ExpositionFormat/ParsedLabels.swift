public import MetricModel

/// The labels of a series' text as strings, with the metric name as `__name__`, for callers that
/// need their original order or labels with empty values; `ExpositionParser.labels()` is faster.
public struct ParsedLabels: Sendable, Equatable {
  /// The labels in the order of the line, unescaped, including empty values.
  public let list: [Label]

  private static let fewLabels = 32

  /// Parses `name{a="b"}` or `{"name",a="b"}`.
  ///
  /// - Throws: ``ExpositionError``, also if a label is repeated, as in Prometheus.
  public init(parsing series: Span<UInt8>) throws(ExpositionError) {
    var parser = ExpositionParser(series)
    try parser.skipSeries()
    guard parser.position == series.count else {
      throw parser.failure(expected: "the end of the series")
    }
    var labels: [Label] = []
    // Few labels are compared fastest one by one; many must not take quadratic time.
    var names: Set<ExactText> = []
    for piece in parser.pieces {
      let name = piece.name.map { Self.unescaped(series.extracting($0)) } ?? Label.metricName
      if labels.count == Self.fewLabels { names = Set(labels.map { ExactText($0.name) }) }
      let isTwice =
        labels.count < Self.fewLabels
        ? labels.contains { $0.name.isExactly(name) } : !names.insert(ExactText(name)).inserted
      if isTwice {
        throw ExpositionError(line: 1, expected: "each label once", found: "\"\(name)\" twice")
      }
      labels.append(Label(name: name, value: Self.unescaped(series.extracting(piece.value))))
    }
    list = labels
  }

  /// The labels as a set, without those with an empty value.
  public var labels: Labels { Labels(list) }

  /// The names of the labels with an empty value.
  public var emptyNames: [String] { list.filter(\.value.isEmpty).map(\.name) }

  /// Unescapes `\\`, `\"` and `\n`; a backslash before any other character is literal.
  public static func unescaped(_ bytes: Span<UInt8>) -> String {
    unescape(bytes, quotes: true)
  }

  /// The unescaped text of a HELP line, whose escapes are `\\` and `\n` (and `\"` in OpenMetrics).
  public static func unescapedHelp(
    _ bytes: Span<UInt8>, format: ExpositionTextFormat = .text
  ) -> String {
    unescape(bytes, quotes: format == .openMetrics)
  }

  /// The bytes as a string; invalid UTF-8 is replaced.
  public static func text(_ bytes: Span<UInt8>) -> String {
    String(decoding: copy(bytes), as: UTF8.self)
  }

  private static func unescape(_ bytes: Span<UInt8>, quotes: Bool) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let next: UInt8? = byte == .backslash && index + 1 < bytes.count ? bytes[index + 1] : nil
      index += 2
      switch next {
      case UInt8.backslash: result.append(.backslash)
      case UInt8(ascii: "n"): result.append(.newline)
      case UInt8.quote where quotes: result.append(.quote)
      default:
        result.append(byte)
        index -= 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  static func copy(_ bytes: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for index in bytes.indices { result.append(bytes[index]) }
    return result
  }
}
