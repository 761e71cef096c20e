import MetricModel

extension PromQLParser {
  /// Reads an operand with its ranges, offsets and `@`.
  mutating func parsePostfix() throws(ParseError) -> Expression {
    var expression = try parsePrimary()
    while true {
      switch token.kind {
      case .symbol(.leftBracket): expression = try parseRange(of: expression)
      case .symbol(.at): expression = try parseAt(on: expression)
      case .keyword where token.keyword == "offset":
        expression = try parseOffset(on: expression)
      case .keyword where token.keyword == "anchored" || token.keyword == "smoothed":
        expression = try parseEdges(on: expression)
      default: return expression
      }
    }
  }

  private mutating func parseRange(of expression: Expression) throws(ParseError) -> Expression {
    let bracket = token.range
    advance()
    let length = try parseLength(in: .brackets)
    if skip(.colon) {
      let step = isNext(.rightBracket) ? nil : try parseLength(in: .step)
      try require(.rightBracket, in: .stepEnd)
      try noteParent(over: lastHeight)
      return .subquery(
        Subquery(
          expression: expression, length: length, step: step,
          range: expression.range.extended(to: lastRange)))
    }
    try require(.rightBracket, in: .bracketsEnd)
    let range = expression.range.extended(to: lastRange)
    let brackets = bracket.extended(to: lastRange)
    guard case .selector(let selector) = expression else {
      throw ParseError("ranges only allowed for vector selectors", at: brackets)
    }
    if selector.offset != nil {
      throw ParseError("no offset modifiers allowed before range", at: brackets)
    }
    if selector.at != nil { throw ParseError("no @ modifiers allowed before range", at: brackets) }
    return .matrix(RangeSelector(selector: selector, length: length, range: range))
  }

  /// Parses a duration that must be positive, where its value is known already.
  private mutating func parseLength(
    in context: ParseContext
  ) throws(ParseError) -> DurationExpression {
    contexts.append(context)
    let length = try parseDuration()
    contexts.removeLast()
    try requireToken()
    if let value = length.literal, value <= 0 {
      throw ParseError("duration must be greater than 0", at: length.place)
    }
    return length
  }

  private mutating func parseOffset(on expression: Expression) throws(ParseError) -> Expression {
    let keyword = token.range
    advance()
    contexts.append(.offset)
    let offset = try parseOffsetDuration()
    contexts.removeLast()
    var expression = expression
    let start = expression.range
    try expression.edit("offset", at: keyword.extended(to: lastRange)) {
      (target) throws(ParseError) in
      guard target.offset == nil else {
        throw ParseError("offset may not be set multiple times", at: start)
      }
      // Less than a nanosecond is no offset at all: it prints as nothing, and another one may
      // follow.
      let isNone = offset.literal.map { ($0 * 1e9).rounded() == 0 } ?? false
      target.offset = isNone ? nil : offset
    }
    return expression
  }

  private mutating func parseAt(on expression: Expression) throws(ParseError) -> Expression {
    let sign = token.range
    advance()
    contexts.append(.at)
    let at = try parseInstant(after: expression)
    contexts.removeLast()
    var expression = expression
    let start = expression.range
    try expression.edit("@", at: sign.extended(to: lastRange)) { (target) throws(ParseError) in
      guard target.at == nil else {
        throw ParseError("@ <timestamp> may not be set multiple times", at: start)
      }
      target.at = at
    }
    return expression
  }

  private mutating func parseInstant(
    after expression: Expression
  ) throws(ParseError) -> AtModifier {
    if token.keyword == "start" || token.keyword == "end" {
      let at: AtModifier = token.keyword == "start" ? .start : .end
      advance()
      try require(.leftParenthesis)
      try require(.rightParenthesis)
      return at
    }
    let isNegative = skip(.minus)
    if !isNegative { _ = skip(.plus) }
    let value = try parseNumber()
    let seconds = isNegative ? -value : value
    guard seconds.isFinite, abs(seconds) < 0x1p63 else {
      throw ParseError(
        "timestamp out of bounds for @ modifier: \(FixedText.of(seconds))", at: expression.range)
    }
    return .time(Timestamp(seconds: seconds))
  }

  private mutating func parseEdges(on expression: Expression) throws(ParseError) -> Expression {
    guard let edges = RangeEdges(rawValue: token.keyword) else { return expression }
    advance()
    switch expression {
    case .selector(var selector):
      try selector.set(edges, at: expression.range)
      return .selector(selector)
    case .matrix(var node):
      try node.selector.set(edges, at: expression.range)
      return .matrix(node)
    case .subquery:
      throw ParseError(
        "\(edges.rawValue) modifier is not supported for subqueries", at: expression.range)
    default:
      throw ParseError("\(edges.rawValue) modifier not implemented", at: expression.range)
    }
  }
}

extension VectorSelector {
  fileprivate mutating func set(_ edges: RangeEdges, at range: SourceRange) throws(ParseError) {
    guard self.edges == .plain || self.edges == edges else {
      throw ParseError("anchored and smoothed modifiers cannot be used together", at: range)
    }
    self.edges = edges
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
