import MetricModel

extension PromQLParser {
  /// Reads a metric name with its matchers, or matchers alone.
  mutating func parseSelector(named name: Token?) throws(ParseError) -> Expression {
    let start = token.range
    if name != nil { advance() }
    var selector = VectorSelector(name: name?.text)
    if token.isSymbol(.leftBrace) { try parseMatchers(into: &selector) }
    selector.range = start.extended(to: lastRange)
    guard
      allowsEmptySelectors || selector.name?.isEmpty == false
        || selector.matchers.contains(where: { !$0.matchesEmpty })
    else {
      throw ParseError(
        "vector selector must contain at least one non-empty matcher", at: selector.range)
    }
    noteLeaf()
    return .selector(selector)
  }

  private mutating func parseMatchers(into selector: inout VectorSelector) throws(ParseError) {
    let context = "label matching"
    advance()
    while !token.isSymbol(.rightBrace) {
      try parseMatcher(into: &selector)
      if token.isSymbol(.rightBrace) { break }
      guard skip(.comma) else {
        throw .unexpected(token, in: context, expected: "\",\" or \"}\"")
      }
    }
    advance()
  }

  private mutating func parseMatcher(into selector: inout VectorSelector) throws(ParseError) {
    let context = "label matching"
    let name = token
    let label: String
    switch name.kind {
    case .identifier: label = name.text
    case .string(let text): label = text
    default: throw .unexpected(name, in: context, expected: "identifier or \"}\"")
    }
    advance()
    guard let operation = matcherOperation else {
      guard case .string = name.kind,
        token.isSymbol(.comma) || token.isSymbol(.rightBrace)
      else { throw .unexpected(token, in: context, expected: "label matching operator") }
      try setMetricName(label, of: &selector, at: name.range)
      return
    }
    advance()
    guard case .string(let value) = token.kind else {
      throw .unexpected(token, in: context, expected: "string")
    }
    advance()
    let range = name.range.extended(to: lastRange)
    selector.matchers.append(try Self.matcher(label, operation, value, at: range))
    if selector.name != nil, label == Label.metricName, operation == .equal {
      try setMetricName(value, of: &selector, at: range)
    }
  }

  private func setMetricName(
    _ name: String, of selector: inout VectorSelector, at range: SourceRange
  ) throws(ParseError) {
    if let first = selector.name {
      throw ParseError(
        "metric name must not be set twice: \"\(first)\" or \"\(name)\"", at: range)
    }
    selector.name = name
  }

  private static func matcher(
    _ name: String, _ operation: LabelMatcher.Operation, _ value: String, at range: SourceRange
  ) throws(ParseError) -> LabelMatcher {
    do {
      return try LabelMatcher(name, operation, value)
    } catch {
      throw ParseError("\(error)", at: range)
    }
  }

  private var matcherOperation: LabelMatcher.Operation? {
    guard case .symbol(let symbol) = token.kind else { return nil }
    return LabelMatcher.Operation(rawValue: symbol.rawValue)
  }
}
