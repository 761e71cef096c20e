/// Reads PromQL: text to `Expression`, by recursive descent with operator precedence.
///
/// All of the current grammar is read, experimental parts included. Types are not looked at: that
/// is `TypeChecker`'s work. Length and depth are limited, so that no text can exhaust the stack.
package struct PromQLParser {
  /// The longest text that is read, in bytes.
  package static let maxLength = 256 * 1024
  /// The deepest tree that is made: chains of operators are as deep as they are long.
  package static let maxDepth = 256
  /// How deep parentheses, calls, signs and right operands may be nested; reading one level takes
  /// several kilobytes of stack.
  package static let maxNesting = 128

  private let tokens: [Token]
  private var index = 0
  /// Whether a selector may choose every series.
  var allowsEmptySelectors = false
  private var nesting = 0
  /// The height of the tree that was made last.
  private var height = 0

  /// Reads an expression; what cannot be read throws with its place.
  package static func parse(_ text: String) throws(ParseError) -> Expression {
    var parser = PromQLParser(tokens: try tokens(of: text))
    if parser.token.kind == .end {
      throw ParseError("no expression found in input", at: parser.token.range)
    }
    let expression = try parser.parseExpression()
    guard parser.token.kind == .end else { throw parser.unexpectedToken }
    return expression
  }

  private static func tokens(of text: String) throws(ParseError) -> [Token] {
    guard text.utf8.count <= maxLength else {
      throw ParseError("expression is longer than \(maxLength) bytes", at: .none)
    }
    return try Lexer.tokens(of: text)
  }

  private var unexpectedToken: ParseError {
    ParseError("unexpected \(token.summary)", at: token.range)
  }

  /// Reads a series selector alone, as in `match[]` parameters: `up{job="node"}`.
  package static func parseSelector(_ text: String) throws(ParseError) -> VectorSelector {
    var parser = PromQLParser(tokens: try tokens(of: text))
    let first = parser.token
    let expression: Expression
    switch first.kind {
    case .symbol(.leftBrace): expression = try parser.parseSelector(named: nil)
    case .identifier where !Keywords.notMetricNames.contains(first.keyword), .metricIdentifier:
      expression = try parser.parseSelector(named: first)
    default: throw parser.unexpectedToken
    }
    guard parser.token.kind == .end, case .selector(let selector) = expression else {
      throw parser.unexpectedToken
    }
    return selector
  }

  private init(tokens: [Token]) { self.tokens = tokens }

  // MARK: - Tokens

  /// The token that is to be read next.
  var token: Token { tokens[index] }

  /// The token after that.
  var following: Token { tokens[min(index + 1, tokens.count - 1)] }

  /// The range of the token that was read last.
  var lastRange: SourceRange { tokens[max(index - 1, 0)].range }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  /// Steps over a sign if it is next.
  mutating func skip(_ symbol: Symbol) -> Bool {
    guard token.isSymbol(symbol) else { return false }
    advance()
    return true
  }

  /// Steps over a sign that must be next.
  mutating func require(_ symbol: Symbol, in context: String) throws(ParseError) {
    guard skip(symbol) else {
      throw .unexpected(token, in: context, expected: "\"\(symbol.rawValue)\"")
    }
  }

  // MARK: - Depth

  /// Reads something one level deeper.
  mutating func nested<Result>(
    _ body: (inout PromQLParser) throws(ParseError) -> Result
  ) throws(ParseError) -> Result {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.maxNesting else { throw tooDeep }
    return try body(&self)
  }

  /// Notes that a leaf was made.
  mutating func noteLeaf() { height = 1 }

  /// The height of the tree made last, to be given to `noteParent`.
  var lastHeight: Int { height }

  /// Notes that a node was made above trees of these heights.
  mutating func noteParent(over childHeight: Int) throws(ParseError) {
    height = childHeight + 1
    guard height <= Self.maxDepth else { throw tooDeep }
  }

  /// What is thrown when a limit of depth is reached.
  var tooDeep: ParseError {
    ParseError("expression is nested deeper than \(Self.maxDepth) levels", at: token.range)
  }

  // MARK: - Operators

  /// Reads a whole expression.
  mutating func parseExpression() throws(ParseError) -> Expression {
    try nested { (parser) throws(ParseError) in try parser.parseBinary(atLeast: 1) }
  }

  /// Reads operands and operators that bind at least so tightly.
  private mutating func parseBinary(atLeast minimum: Int) throws(ParseError) -> Expression {
    var left = try parseUnary()
    while let operation = nextOperator, operation.precedence >= minimum {
      let leftHeight = lastHeight
      let sign = token.range
      advance()
      let modifiers = try parseModifiers(of: operation, at: sign)
      let tightest = operation.precedence + (operation.isRightAssociative ? 0 : 1)
      let right = try nested { (parser) throws(ParseError) in
        try parser.parseBinary(atLeast: tightest)
      }
      try noteParent(over: max(leftHeight, lastHeight))
      left = .binary(
        BinaryExpression(
          operation, left, right, returnsBool: modifiers.returnsBool,
          matching: modifiers.matching, range: left.range.extended(to: right.range)))
    }
    return left
  }

  private var nextOperator: BinaryOperator? {
    switch token.kind {
    case .symbol(let symbol): BinaryOperator(rawValue: symbol.rawValue)
    case .identifier: BinaryOperator(rawValue: token.keyword)
    default: nil
    }
  }

  private mutating func parseUnary() throws(ParseError) -> Expression {
    let start = token.range
    let sign: UnaryOperator
    if skip(.minus) {
      sign = .minus
    } else if skip(.plus) {
      sign = .plus
    } else {
      return try parsePostfix()
    }
    // A sign binds as `*` does: looser than `^`, so -1 ^ 2 is -(1 ^ 2).
    let operand = try nested { (parser) throws(ParseError) in
      try parser.parseBinary(atLeast: BinaryOperator.power.precedence)
    }
    let range = start.extended(to: operand.range)
    if case .number(let value, _) = operand {
      return .number(sign == .minus ? -value : value, range)
    }
    try noteParent(over: lastHeight)
    return .unary(sign, operand, range)
  }
}
