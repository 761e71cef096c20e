extension PromQLParser {
  /// Reads what may stand between an operator and its right operand: `bool`, `on`, `group_left`,
  /// `fill`.
  mutating func parseModifiers(
    of operation: BinaryOperator, at sign: SourceRange
  ) throws(ParseError) -> (returnsBool: Bool, matching: VectorMatching) {
    var matching = VectorMatching()
    if operation.isSetOperator { matching.cardinality = .manyToMany }
    let returnsBool = token.keyword == "bool"
    if returnsBool {
      guard operation.isComparison else {
        throw ParseError("bool modifier can only be used on comparison operators", at: sign)
      }
      advance()
    }
    if token.keyword == "on" || token.keyword == "ignoring",
      following.isSymbol(.leftParenthesis)
    {
      matching.isOn = token.keyword == "on"
      advance()
      matching.labels = try parseLabelList()
      try parseCardinality(of: operation, at: sign, into: &matching)
    } else if token.keyword == "group_left" || token.keyword == "group_right" {
      throw ParseError("unexpected \(token.summary)", at: token.range)
    }
    try parseFills(of: operation, into: &matching)
    return (returnsBool, matching)
  }

  private mutating func parseCardinality(
    of operation: BinaryOperator, at sign: SourceRange, into matching: inout VectorMatching
  ) throws(ParseError) {
    let keyword = token
    guard keyword.keyword == "group_left" || keyword.keyword == "group_right" else { return }
    guard !operation.isSetOperator else {
      throw ParseError(
        "no grouping allowed for \"\(operation.rawValue)\" operation", at: keyword.range)
    }
    matching.cardinality = keyword.keyword == "group_left" ? .manyToOne : .oneToMany
    advance()
    // An opening parenthesis may also be the right operand, but Prometheus reads labels first, too.
    if token.isSymbol(.leftParenthesis) { matching.included = try parseLabelList() }
    if matching.isOn, let twice = matching.included.first(where: matching.labels.contains) {
      throw ParseError(
        "label \"\(twice)\" must not occur in ON and GROUP clause at once", at: sign)
    }
  }

  private mutating func parseFills(
    of operation: BinaryOperator, into matching: inout VectorMatching
  ) throws(ParseError) {
    while ["fill", "fill_left", "fill_right"].contains(token.keyword),
      following.isSymbol(.leftParenthesis)
    {
      let keyword = token
      guard !operation.isSetOperator else {
        throw ParseError("filling in missing series not allowed for set operators", at: token.range)
      }
      advance()
      advance()
      let isNegative = skip(.minus)
      if !isNegative { _ = skip(.plus) }
      let value: Double
      switch token.kind {
      case .number(let number), .duration(let number): value = isNegative ? -number : number
      default: throw .unexpected(token, in: "fill modifier", expected: "number")
      }
      advance()
      try require(.rightParenthesis, in: "fill modifier")
      let fillsLeft = keyword.keyword != "fill_right" && matching.leftFill == nil
      let fillsRight = keyword.keyword != "fill_left" && matching.rightFill == nil
      guard fillsLeft || keyword.keyword == "fill_right",
        fillsRight || keyword.keyword == "fill_left"
      else { throw ParseError("fill value may not be set twice", at: keyword.range) }
      if fillsLeft { matching.leftFill = value }
      if fillsRight { matching.rightFill = value }
    }
  }
}
