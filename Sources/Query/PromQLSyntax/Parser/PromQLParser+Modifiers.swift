extension PromQLParser {
  /// Parses what may be between an operator and its right operand: `bool`, `on`, `group_left`,
  /// `fill`. Whether it fits the operator is checked by `TypeChecker`.
  mutating func parseModifiers(
    of operation: BinaryOperator
  ) throws(ParseError) -> (returnsBool: Bool, matching: VectorMatching) {
    var matching = VectorMatching()
    if operation.isSetOperator { matching.cardinality = .manyToMany }
    guard token.kind == .keyword else { return (false, matching) }
    let returnsBool = token.keyword == "bool"
    if returnsBool { advance() }
    let keyword = token.keyword
    if keyword == "on" || keyword == "ignoring" {
      matching.isOn = keyword == "on"
      advance()
      matching.labels = try parseLabelList()
      try parseCardinality(into: &matching)
    }
    try parseFills(into: &matching)
    return (returnsBool, matching)
  }

  private mutating func parseCardinality(
    into matching: inout VectorMatching
  ) throws(ParseError) {
    let keyword = token.keyword
    guard keyword == "group_left" || keyword == "group_right" else { return }
    matching.cardinality = keyword == "group_left" ? .manyToOne : .oneToMany
    advance()
    guard beginsExpression else { throw unexpected(in: .grouping) }
    // An opening parenthesis may also be the right operand, but Prometheus reads labels first, too.
    if isNext(.leftParenthesis) { matching.included = try parseLabelList() }
  }

  /// Reads `fill (1)`, or `fill_left` and `fill_right` in either order.
  private mutating func parseFills(into matching: inout VectorMatching) throws(ParseError) {
    if token.keyword == "fill" {
      let value = try parseFill()
      matching.leftFill = value
      matching.rightFill = value
      return
    }
    for _ in 0..<2 {
      if token.keyword == "fill_left", matching.leftFill == nil {
        matching.leftFill = try parseFill()
      } else if token.keyword == "fill_right", matching.rightFill == nil {
        matching.rightFill = try parseFill()
      }
    }
  }

  private mutating func parseFill() throws(ParseError) -> Double {
    advance()
    try require(.leftParenthesis)
    let isNegative = skip(.minus)
    if !isNegative { _ = skip(.plus) }
    let value = try parseNumber()
    try require(.rightParenthesis)
    return isNegative ? -value : value
  }
}
