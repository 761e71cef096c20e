import MetricModel

extension PromQLParser {
  /// Whether a selector can begin here: a brace, a name, or a keyword that may name a metric.
  var beginsSelector: Bool {
    switch token.kind {
    case .identifier, .metricIdentifier, .symbol(.leftBrace): true
    case .keyword: !Keywords.notMetricNames.contains(token.keyword)
    default: false
    }
  }

  /// Reads a metric name with its matchers, or matchers alone.
  mutating func parseSelectorNode() throws(ParseError) -> Expression {
    let selector = try parseSelector()
    noteLeaf()
    return .selector(selector)
  }

  /// Reads a metric name with its matchers, or matchers alone.
  mutating func parseSelector() throws(ParseError) -> VectorSelector {
    let start = token.range
    var selector = VectorSelector(name: nil)
    if !isNext(.leftBrace) {
      selector.name = token.text
      advance()
    }
    if skip(.leftBrace) { try parseMatchers(into: &selector) }
    selector.range = start.extended(to: lastRange)
    return selector
  }

  private mutating func parseMatchers(into selector: inout VectorSelector) throws(ParseError) {
    while !isNext(.rightBrace) {
      selector.matchers.append(try parseMatcher())
      guard skip(.comma) else { break }
    }
    try require(.rightBrace, in: .matcherEnd)
  }

  /// Reads `name="value"`, or the name of a metric in quotes.
  private mutating func parseMatcher() throws(ParseError) -> LabelMatcher {
    let name = token
    let label: String
    switch name.kind {
    case .identifier: label = name.text
    case .string(let text, _):
      try requireText()
      label = text
    default: throw unexpected(in: .matcher)
    }
    advance()
    guard let operation = matcherOperation else {
      guard case .string = name.kind else { throw unexpected(in: .matcherOperator) }
      return LabelMatcher(Label.metricName, equals: label)
    }
    advance()
    guard case .string(let value, let isText) = token.kind else {
      throw unexpected(in: .matcherValue)
    }
    if !isText, operation == .matches || operation == .notMatches {
      let written = token.text.dropFirst().dropLast()
      advance()
      throw ParseError(
        "error parsing regexp: invalid UTF-8: `\(written)`", at: name.range.extended(to: lastRange))
    }
    try requireText()
    advance()
    do {
      return try LabelMatcher(label, operation, value)
    } catch {
      throw ParseError(LabelMatcher.problem(error), at: name.range.extended(to: lastRange))
    }
  }

  private var matcherOperation: LabelMatcher.Operation? {
    guard case .symbol(let symbol) = token.kind else { return nil }
    return LabelMatcher.Operation(rawValue: symbol.rawValue)
  }
}

extension VectorSelector {
  /// Throws if the metric name is both before the braces and inside them.
  func requireName() throws(ParseError) {
    guard let name, let other = matchers.first(where: { $0.name == Label.metricName }) else {
      return
    }
    throw ParseError(
      "metric name must not be set twice: \(Keywords.quoted(name)) or "
        + Keywords.quoted(other.value), at: range)
  }

  /// Throws if the selector chooses every series.
  func requireMatcher() throws(ParseError) {
    guard name == nil, matchers.allSatisfy(\.matchesEmpty) else { return }
    throw ParseError("vector selector must contain at least one non-empty matcher", at: range)
  }
}
