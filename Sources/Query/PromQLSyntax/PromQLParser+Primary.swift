extension PromQLParser {
  /// Reads one operand without what may follow it.
  mutating func parsePrimary() throws(ParseError) -> Expression {
    let token = token
    switch token.kind {
    case .number(let value), .duration(let value):
      advance()
      noteLeaf()
      return .number(value, token.range)
    case .string(let value):
      advance()
      noteLeaf()
      return .string(value, token.range)
    case .symbol(.leftParenthesis):
      return try parseParentheses()
    case .symbol(.leftBrace):
      return try parseSelector(named: nil)
    case .identifier:
      return try parseNamed()
    case .metricIdentifier:
      return try parseSelector(named: token)
    case .symbol, .end:
      throw ParseError("unexpected \(token.summary)", at: token.range)
    }
  }

  private mutating func parseParentheses() throws(ParseError) -> Expression {
    let start = token.range
    advance()
    let inner = try parseExpression()
    try require(.rightParenthesis, in: "parenthesised expression")
    try noteParent(over: lastHeight)
    return .parentheses(inner, start.extended(to: lastRange))
  }

  /// Reads what begins with a word: an aggregation, a call or a metric.
  private mutating func parseNamed() throws(ParseError) -> Expression {
    let name = token
    let isCall = following.isSymbol(.leftParenthesis)
    let isGrouped = following.keyword == "by" || following.keyword == "without"
    if let operation = AggregationOperator(rawValue: name.keyword), isCall || isGrouped {
      return try parseAggregation(operation)
    }
    if isCall, !Keywords.reserved.contains(name.keyword) { return try parseCall() }
    guard !Keywords.notMetricNames.contains(name.keyword) else {
      throw ParseError("unexpected \(name.summary)", at: name.range)
    }
    return try parseSelector(named: name)
  }

  private mutating func parseCall() throws(ParseError) -> Expression {
    let name = token
    advance()
    advance()
    let wasAllowed = allowsEmptySelectors
    // The second argument of `info` only narrows down what is joined.
    allowsEmptySelectors = name.text == "info"
    let arguments = try parseArguments(in: "function call args")
    allowsEmptySelectors = wasAllowed
    // `step()` and `range()` came from keywords, so their case is free.
    let folded = Self.queryWords.contains(name.keyword) ? name.keyword : name.text
    return .call(
      FunctionCall(folded, arguments, range: name.range.extended(to: lastRange)))
  }

  private static let queryWords: Set<String> = [
    "step", "range", "start", "end", "min_of", "max_of",
  ]

  /// Reads arguments after the opening parenthesis, and the closing one.
  private mutating func parseArguments(
    in context: String
  ) throws(ParseError) -> [Expression] {
    var arguments: [Expression] = []
    var tallest = 0
    if !skip(.rightParenthesis) {
      repeat {
        if token.isSymbol(.rightParenthesis) {
          throw ParseError("trailing commas not allowed in \(context)", at: token.range)
        }
        arguments.append(try parseExpression())
        tallest = max(tallest, lastHeight)
      } while skip(.comma)
      guard skip(.rightParenthesis) else {
        throw .unexpected(token, in: context, expected: "\",\" or \")\"")
      }
    }
    try noteParent(over: tallest)
    return arguments
  }

  private mutating func parseAggregation(
    _ operation: AggregationOperator
  ) throws(ParseError) -> Expression {
    let start = token.range
    advance()
    var grouping = try parseGrouping()
    guard skip(.leftParenthesis) else {
      throw .unexpected(token, in: "aggregation", expected: "\"(\"")
    }
    if operation == .countValues { try requireLabelText() }
    var arguments = try parseArguments(in: "aggregation args")
    if let later = try parseGrouping() {
      guard grouping == nil else {
        throw ParseError("aggregation has two grouping clauses", at: lastRange)
      }
      grouping = later
    }
    let range = start.extended(to: lastRange)
    let expected = operation.parameterType == nil ? 1 : 2
    guard arguments.count == expected else {
      let message =
        arguments.isEmpty
        ? "no arguments for aggregate expression provided"
        : "wrong number of arguments for aggregate expression provided, "
          + "expected \(expected), got \(arguments.count)"
      throw ParseError(message, at: range)
    }
    let expression = arguments.removeLast()
    return .aggregation(
      AggregationExpression(
        operation, expression, parameter: arguments.first, grouping: grouping?.labels ?? [],
        isWithout: grouping?.isWithout ?? false, range: range))
  }

  /// Refuses a label name whose escapes give something that is no UTF-8; shown as it is written.
  private func requireLabelText() throws(ParseError) {
    guard case .string(let name) = token.kind, name.unicodeScalars.contains("\u{fffd}"),
      !token.text.unicodeScalars.contains("\u{fffd}")
    else { return }
    let written = token.text.dropFirst().dropLast()
    throw ParseError("invalid label name \"\(written)\"", at: token.range)
  }

  private mutating func parseGrouping() throws(ParseError) -> (labels: [String], isWithout: Bool)? {
    guard token.keyword == "by" || token.keyword == "without" else { return nil }
    let isWithout = token.keyword == "without"
    advance()
    return (try parseLabelList(), isWithout)
  }

  /// Reads `(a, "b.c")`; a comma may stand at the end.
  mutating func parseLabelList() throws(ParseError) -> [String] {
    let context = "grouping opts"
    try require(.leftParenthesis, in: context)
    var labels: [String] = []
    while !token.isSymbol(.rightParenthesis) {
      switch token.kind {
      case .identifier: labels.append(token.text)
      case .string(let name) where !name.isEmpty: labels.append(name)
      default: throw .unexpected(token, in: context, expected: "label")
      }
      advance()
      guard skip(.comma) else { break }
    }
    guard skip(.rightParenthesis) else {
      throw .unexpected(token, in: context, expected: "\",\" or \")\"")
    }
    return labels
  }
}
