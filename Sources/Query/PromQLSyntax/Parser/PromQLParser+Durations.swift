extension PromQLParser {
  /// Reads duration arithmetic, as inside brackets.
  mutating func parseDuration() throws(ParseError) -> DurationExpression {
    try nested { (parser) throws(ParseError) in
      try parser.parseDuration(atLeast: BinaryOperator.add.precedence)
    }
  }

  /// Parses the duration after `offset`: one operand with its sign, so that what follows applies to
  /// the selector's value. Parentheses and a second sign begin arithmetic.
  mutating func parseOffsetDuration() throws(ParseError) -> DurationExpression {
    let isSigned = isNext(.minus) || isNext(.plus)
    let first = isSigned ? following : token
    switch first.kind {
    case .symbol(.leftParenthesis) where !isSigned: return try parseDuration()
    case .symbol(.minus), .symbol(.plus): return try parseDuration()
    default: break
    }
    guard isSigned else { return try parseDurationOperand() }
    let sign = token
    advance()
    let operand = try parseDurationOperand(boundBy: sign)
    return try signed(sign, operand, isAfterOffset: true)
  }

  private mutating func parseDuration(
    atLeast minimum: Int
  ) throws(ParseError) -> DurationExpression {
    var left = try parseSignedDuration()
    var terms = 0
    while let operation = nextDurationOperator, operation.precedence >= minimum {
      let sign = token.range
      advance()
      terms += 1
      guard terms < Self.maxDepth else { throw tooDeep }
      let tightest = operation.precedence + (operation.isRightAssociative ? 0 : 1)
      let right = try nested { (parser) throws(ParseError) in
        try parser.parseDuration(atLeast: tightest)
      }
      if right.literal == 0, operation == .divide || operation == .modulo {
        try requireToken()
        let name = operation == .divide ? "division" : "modulo"
        throw ParseError("\(name) by zero", at: sign)
      }
      left = .binary(operation, left, right)
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

  private mutating func parseSignedDuration() throws(ParseError) -> DurationExpression {
    let sign = token
    guard sign.isSymbol(.minus) || sign.isSymbol(.plus) else { return try parseDurationOperand() }
    advance()
    // A sign binds looser than `^`.
    let operand = try nested { (parser) throws(ParseError) in
      try parser.parseDuration(atLeast: BinaryOperator.power.precedence)
    }
    return try signed(sign, operand, isAfterOffset: false)
  }

  /// The operand with its sign, which becomes part of a literal.
  private func signed(
    _ sign: Token, _ operand: DurationExpression, isAfterOffset: Bool
  ) throws(ParseError) -> DurationExpression {
    let isNegative = sign.isSymbol(.minus)
    let range = sign.range.extended(to: operand.place)
    switch operand {
    case .number(let value, _): return .number(isNegative ? -value : value, range)
    case .span(let value, _): return .span(isNegative ? -value : value, range)
    case .parentheses where !isNegative: return operand
    default:
      guard isNegative || isAfterOffset else { return operand }
      return .unary(isNegative ? .minus : .plus, operand, range)
    }
  }

  /// Parses a literal, parentheses or a call; a literal that is too long is reported at the sign
  /// before it where that belongs to it.
  private mutating func parseDurationOperand(
    boundBy sign: Token? = nil
  ) throws(ParseError) -> DurationExpression {
    let start = token.range
    if isNumber {
      let isSpan = isDuration
      let value = try parseNumber()
      guard value.magnitude <= DurationExpression.longest || value.isNaN else {
        throw ParseError("duration out of range", at: sign?.range ?? start)
      }
      return isSpan ? .span(value, start) : .number(value, start)
    }
    if skip(.leftParenthesis) {
      let inner = try parseDuration()
      try require(.rightParenthesis)
      return .wrapped(inner, start: start)
    }
    let word = token.keyword
    guard Keywords.durations.contains(word) else { throw unexpected() }
    advance()
    try require(.leftParenthesis)
    if word == "step" || word == "range" {
      try require(.rightParenthesis)
      let range = start.extended(to: lastRange)
      return word == "step" ? .step(range) : .range(range)
    }
    let left = try parseDuration()
    try require(.comma)
    let right = try parseDuration()
    try require(.rightParenthesis)
    return word == "min_of" ? .lesser(left, right) : .greater(left, right)
  }
}
