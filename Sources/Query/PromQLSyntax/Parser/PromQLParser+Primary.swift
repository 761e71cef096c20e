import MetricModel

extension PromQLParser {
  /// Reads an operand without its ranges, offsets and `@`.
  mutating func parsePrimary() throws(ParseError) -> Expression {
    let token = token
    switch token.kind {
    case .number, .duration, .malformed:
      let isDuration = isDuration
      let value = try parseNumber()
      noteLeaf()
      return isDuration ? .duration(value, token.range) : .number(value, token.range)
    case .string(let value, _):
      try requireText()
      advance()
      noteLeaf()
      return .string(value, token.range)
    case .symbol(.leftParenthesis):
      return try parseParentheses()
    case .symbol(.leftBrace), .metricIdentifier:
      return try parseSelectorNode()
    case .identifier, .keyword:
      return try parseNamed()
    case .symbol, .end, .failure:
      throw unexpected()
    }
  }

  /// Whether an operand can begin here.
  var beginsExpression: Bool {
    switch token.kind {
    case .number, .duration, .malformed, .string: true
    case .symbol(let symbol):
      symbol == .leftParenthesis || symbol == .leftBrace || symbol == .plus || symbol == .minus
    default: beginsSelector
    }
  }

  /// Whether the next token is a time span rather than a number.
  var isDuration: Bool {
    switch token.kind {
    case .duration, .malformed(isDuration: true, _): true
    default: false
    }
  }

  /// Whether the next token is a number or a time span.
  var isNumber: Bool {
    switch token.kind {
    case .number, .duration, .malformed: true
    default: false
    }
  }

  /// Reads a number or the seconds of a time span.
  mutating func parseNumber() throws(ParseError) -> Double {
    switch token.kind {
    case .number(let value), .duration(let value):
      advance()
      return value
    case .malformed(_, let message): throw ParseError(message, at: token.range)
    default: throw unexpected()
    }
  }

  private mutating func parseParentheses() throws(ParseError) -> Expression {
    let start = token.range
    advance()
    let inner = try parseExpression()
    try require(.rightParenthesis)
    try noteParent(over: lastHeight)
    return .parentheses(inner, start.extended(to: lastRange))
  }

  /// Reads what begins with a word: an aggregation, a call or a metric.
  private mutating func parseNamed() throws(ParseError) -> Expression {
    let name = token
    let isCalled = following.isSymbol(.leftParenthesis)
    guard name.kind == .keyword else {
      return isCalled ? try parseCall() : try parseSelectorNode()
    }
    if let operation = AggregationOperator(rawValue: name.keyword) {
      let isGrouped = following.keyword == "by" || following.keyword == "without"
      if isCalled || isGrouped { return try parseAggregation(operation) }
    }
    if isCalled, Keywords.calls.contains(name.keyword) { return try parseCall() }
    guard beginsSelector else { throw unexpected() }
    return try parseSelectorNode()
  }

  private mutating func parseCall() throws(ParseError) -> Expression {
    let name = token
    advance()
    let arguments = try parseArguments()
    if let functions, !functions.contains(name.text) {
      throw ParseError(
        "unknown function with name \(Keywords.quoted(name.text))", at: name.range)
    }
    return .call(
      FunctionCall(name.text, arguments, range: name.range.extended(to: lastRange)))
  }

  /// Reads arguments with their parentheses.
  private mutating func parseArguments() throws(ParseError) -> [Expression] {
    try require(.leftParenthesis)
    var arguments: [Expression] = []
    var tallest = 0
    if !skip(.rightParenthesis) {
      arguments.append(try parseExpression())
      tallest = lastHeight
      while isNext(.comma) {
        let comma = token.range
        advance()
        try requireToken()
        guard beginsExpression else {
          throw ParseError("trailing commas not allowed in function call args", at: comma)
        }
        arguments.append(try parseExpression())
        tallest = max(tallest, lastHeight)
      }
      try require(.rightParenthesis)
    }
    try noteParent(over: tallest)
    return arguments
  }

  private mutating func parseAggregation(
    _ operation: AggregationOperator
  ) throws(ParseError) -> Expression {
    let start = token.range
    advance()
    contexts.append(.aggregation)
    var grouping = try parseGrouping()
    if operation == .countValues, isNext(.leftParenthesis) { try requireLabelText() }
    var arguments = try parseArguments()
    if grouping == nil {
      grouping = try parseGrouping()
      if grouping == nil { try requireToken() }
    }
    contexts.removeLast()
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

  /// Refuses a string whose escapes produce bytes that are not UTF-8; the message shows it as it is
  /// written.
  ///
  /// Prometheus carries such bytes along, although no sample can have them; Swift strings cannot
  /// hold them.
  func requireText() throws(ParseError) {
    guard case .string(_, isText: false) = token.kind else { return }
    throw ParseError(
      "string \(token.text) is not valid UTF-8: write bytes only if they are a text",
      at: token.range)
  }

  /// Refuses a label name whose escapes produce bytes that are not UTF-8; the message shows it as
  /// it is written.
  ///
  /// Prometheus reports this only when the query is evaluated, but Swift strings cannot hold such a
  /// name.
  private func requireLabelText() throws(ParseError) {
    guard case .string(_, isText: false) = following.kind else { return }
    let written = following.text.dropFirst().dropLast()
    throw ParseError("invalid label name \"\(written)\"", at: following.range)
  }

  private mutating func parseGrouping() throws(ParseError) -> (labels: [String], isWithout: Bool)? {
    let keyword = token.keyword
    guard keyword == "by" || keyword == "without" else { return nil }
    advance()
    return (try parseLabelList(), keyword == "without")
  }

  /// Reads `(a, "b.c")`; a comma may stand at the end.
  mutating func parseLabelList() throws(ParseError) -> [String] {
    try require(.leftParenthesis, in: .grouping)
    var labels: [String] = []
    while !isNext(.rightParenthesis) {
      labels.append(try parseGroupingLabel())
      guard skip(.comma) else { break }
    }
    try require(.rightParenthesis, in: .groupingEnd)
    return labels
  }

  private mutating func parseGroupingLabel() throws(ParseError) -> String {
    let token = token
    let isName =
      switch token.kind {
      case .identifier, .metricIdentifier: true
      // The one keyword that cannot name a label here.
      case .keyword: token.keyword != "without"
      default: false
      }
    if isName {
      advance()
      return token.text
    }
    guard case .string(let name, let isText) = token.kind else {
      throw unexpected(in: .groupingLabel)
    }
    guard !name.isEmpty, isText else {
      throw ParseError(
        "invalid label name for grouping: \(isText ? "\"\"" : token.text)", at: token.range)
    }
    advance()
    return name
  }
}
