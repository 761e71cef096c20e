import MetricModel

extension PromQLParser {
  /// Reads an operand with its ranges, offsets and `@`.
  mutating func parsePostfix() throws(ParseError) -> Expression {
    var expression = try parsePrimary()
    while true {
      switch token.kind {
      case .symbol(.leftBracket): expression = try parseRange(of: expression)
      case .symbol(.at): expression = try parseAt(on: expression)
      case .identifier where token.keyword == "offset":
        expression = try parseOffset(on: expression)
      case .identifier where token.keyword == "anchored" || token.keyword == "smoothed":
        expression = try parseEdges(on: expression)
      default: return expression
      }
    }
  }

  private mutating func parseRange(of expression: Expression) throws(ParseError) -> Expression {
    let context = "subquery or range selector"
    let bracket = token.range
    advance()
    let length = try parseDuration(in: context)
    try requirePositive(length)
    if skip(.colon) {
      var step: DurationExpression?
      if !token.isSymbol(.rightBracket) {
        let given = try parseDuration(in: context)
        try requirePositive(given)
        step = given
      }
      try require(.rightBracket, in: context)
      try noteParent(over: lastHeight)
      return .subquery(
        Subquery(
          expression: expression, length: length, step: step,
          range: expression.range.extended(to: lastRange)))
    }
    try require(.rightBracket, in: context)
    let range = expression.range.extended(to: lastRange)
    guard case .selector(let selector) = expression else {
      throw ParseError("ranges only allowed for vector selectors", at: bracket)
    }
    if selector.offset != nil {
      throw ParseError("no offset modifiers allowed before range", at: bracket)
    }
    if selector.at != nil { throw ParseError("no @ modifiers allowed before range", at: bracket) }
    return .matrix(RangeSelector(selector: selector, length: length, range: range))
  }

  private func requirePositive(_ duration: DurationExpression) throws(ParseError) {
    if let value = duration.constant, !(value > 0) {
      throw ParseError("duration must be greater than 0", at: lastRange)
    }
  }

  private mutating func parseOffset(on expression: Expression) throws(ParseError) -> Expression {
    let keyword = token.range
    let start = expression.range
    advance()
    let offset = try parseSignedDuration()
    var expression = expression
    try expression.edit("offset", at: keyword.extended(to: lastRange)) {
      (target) throws(ParseError) in
      guard target.offset == nil else {
        throw ParseError("offset may not be set multiple times", at: start)
      }
      target.offset = offset
    }
    return expression
  }

  private mutating func parseAt(on expression: Expression) throws(ParseError) -> Expression {
    let sign = token.range
    let start = expression.range
    advance()
    let at = try parseInstant()
    var expression = expression
    try expression.edit("@", at: sign.extended(to: lastRange)) { (target) throws(ParseError) in
      guard target.at == nil else {
        throw ParseError("@ <timestamp> may not be set multiple times", at: start)
      }
      target.at = at
    }
    return expression
  }

  private mutating func parseInstant() throws(ParseError) -> AtModifier {
    let context = "@"
    if token.keyword == "start" || token.keyword == "end" {
      let at: AtModifier = token.keyword == "start" ? .start : .end
      advance()
      try require(.leftParenthesis, in: context)
      try require(.rightParenthesis, in: context)
      return at
    }
    let isNegative = skip(.minus)
    if !isNegative { _ = skip(.plus) }
    switch token.kind {
    case .number(let value), .duration(let value):
      let seconds = isNegative ? -value : value
      guard seconds.isFinite, abs(seconds) < 0x1p63 / 1000 else {
        throw ParseError("timestamp out of bounds for @ modifier: \(token.text)", at: token.range)
      }
      advance()
      return .time(Timestamp(seconds: seconds))
    default:
      throw .unexpected(token, in: context, expected: "timestamp")
    }
  }

  private mutating func parseEdges(on expression: Expression) throws(ParseError) -> Expression {
    guard let edges = RangeEdges(rawValue: token.keyword) else { return expression }
    let range = token.range
    advance()
    switch expression {
    case .selector(var selector) where selector.edges == .plain:
      selector.edges = edges
      selector.range = selector.range.extended(to: range)
      return .selector(selector)
    case .matrix(var node) where node.selector.edges == .plain:
      node.selector.edges = edges
      node.range = node.range.extended(to: range)
      return .matrix(node)
    default:
      throw ParseError(
        "\(edges.rawValue) modifier must be preceded by a vector selector", at: range)
    }
  }
}

/// What `offset` and `@` set, on whichever node they may follow.
private struct TimeTarget {
  var offset: DurationExpression?
  var at: AtModifier?
}

extension Expression {
  /// Changes offset and `@` of a selector, a range or a subquery, and widens its range.
  fileprivate mutating func edit(
    _ modifier: String, at added: SourceRange,
    _ body: (inout TimeTarget) throws(ParseError) -> Void
  ) throws(ParseError) {
    switch self {
    case .selector(var node):
      var target = TimeTarget(offset: node.offset, at: node.at)
      try body(&target)
      (node.offset, node.at) = (target.offset, target.at)
      node.range = node.range.extended(to: added)
      self = .selector(node)
    case .matrix(var node):
      var target = TimeTarget(offset: node.selector.offset, at: node.selector.at)
      try body(&target)
      (node.selector.offset, node.selector.at) = (target.offset, target.at)
      node.range = node.range.extended(to: added)
      self = .matrix(node)
    case .subquery(var node):
      var target = TimeTarget(offset: node.offset, at: node.at)
      try body(&target)
      (node.offset, node.at) = (target.offset, target.at)
      node.range = node.range.extended(to: added)
      self = .subquery(node)
    default:
      throw ParseError(
        "\(modifier) modifier must be preceded by an instant vector selector or range vector "
          + "selector or a subquery", at: range)
    }
  }
}
