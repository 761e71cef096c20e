extension PromQLParser {
  /// Reads duration arithmetic, as inside brackets.
  mutating func parseDuration(in context: String) throws(ParseError) -> DurationExpression {
    try nested { (parser) throws(ParseError) in
      try parser.parseDuration(atLeast: BinaryOperator.add.precedence, in: context)
    }
  }

  private mutating func parseDuration(
    atLeast minimum: Int, in context: String
  ) throws(ParseError) -> DurationExpression {
    var left = try parseSignedDuration(in: context)
    var terms = 0
    while let operation = nextDurationOperator, operation.precedence >= minimum {
      advance()
      terms += 1
      guard terms < Self.maxDepth else { throw tooDeep }
      let tightest = operation.precedence + (operation.isRightAssociative ? 0 : 1)
      let right = try nested { (parser) throws(ParseError) in
        try parser.parseDuration(atLeast: tightest, in: context)
      }
      left = .binary(operation, left, right).folded
    }
    return left
  }

  private var nextDurationOperator: BinaryOperator? {
    guard case .symbol(let symbol) = token.kind,
      let operation = BinaryOperator(rawValue: symbol.rawValue),
      operation.precedence >= BinaryOperator.add.precedence
    else { return nil }
    return operation
  }

  /// Reads one duration with its sign, as after `offset`.
  mutating func parseSignedDuration(
    in context: String = "offset"
  ) throws(ParseError) -> DurationExpression {
    if skip(.minus) {
      let operand = try nested { (parser) throws(ParseError) in
        try parser.parseSignedOperand(in: context)
      }
      return DurationExpression.negated(operand).folded
    }
    if skip(.plus) {
      return try nested { (parser) throws(ParseError) in
        try parser.parseSignedOperand(in: context)
      }
    }
    return try parseDurationOperand(in: context)
  }

  /// Inside brackets a sign binds looser than `^`, after `offset` it binds the one operand only.
  private mutating func parseSignedOperand(
    in context: String
  ) throws(ParseError) -> DurationExpression {
    context == "offset"
      ? try parseSignedDuration(in: context)
      : try parseDuration(atLeast: BinaryOperator.power.precedence, in: context)
  }

  private mutating func parseDurationOperand(
    in context: String
  ) throws(ParseError) -> DurationExpression {
    switch token.kind {
    case .number(let value), .duration(let value):
      guard value <= DurationExpression.longest else {
        throw ParseError("duration out of range", at: token.range)
      }
      advance()
      return .literal(value)
    case .symbol(.leftParenthesis):
      advance()
      let inner = try parseDuration(in: "duration expression")
      try require(.rightParenthesis, in: "duration expression")
      return inner
    case .identifier:
      return try parseDurationWord(in: context)
    default:
      throw .unexpected(token, in: context, expected: "number, duration, step(), or range()")
    }
  }

  private mutating func parseDurationWord(
    in context: String
  ) throws(ParseError) -> DurationExpression {
    let word = token
    guard ["step", "range", "min_of", "max_of"].contains(word.keyword) else {
      throw .unexpected(word, in: context, expected: "number, duration, step(), or range()")
    }
    advance()
    try require(.leftParenthesis, in: context)
    if word.keyword == "step" || word.keyword == "range" {
      try require(.rightParenthesis, in: context)
      return word.keyword == "step" ? .step : .range
    }
    let left = try parseDuration(in: "duration expression")
    try require(.comma, in: context)
    let right = try parseDuration(in: "duration expression")
    try require(.rightParenthesis, in: context)
    return
      (word.keyword == "min_of"
      ? DurationExpression.lesser(left, right) : .greater(left, right)).folded
  }
}

extension DurationExpression {
  /// A literal if the value is known already, and one that could be written as a literal.
  fileprivate var folded: DurationExpression {
    guard let value = constant, value.magnitude <= Self.longest else { return self }
    return .literal(value)
  }
}
