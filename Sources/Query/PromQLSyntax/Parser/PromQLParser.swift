/// Parses PromQL: text to `Expression`, by recursive descent with operator precedence.
///
/// The whole current grammar is accepted, including experimental parts. Types are the business of
/// `TypeChecker`. Length and depth are limited, so that no text can exhaust the stack.
///
/// An unexpected token is reported as Prometheus' table-driven parser reports it: by the innermost
/// production around it that has a message, `contexts.last`. An error in a complete production is
/// reported as soon as it is read, before the next token is examined, unless that token was needed
/// to know where the production ends.
package struct PromQLParser {
  /// The longest text that is accepted, in bytes.
  package static let maxLength = 256 * 1024
  /// The greatest depth of a tree: chains of operators are as deep as they are long.
  package static let maxDepth = 256
  /// How deep parentheses, calls, signs and right operands may be nested; reading one level takes
  /// several kilobytes of stack.
  package static let maxNesting = 128

  private let tokens: [Token]
  private var index = 0
  /// The productions around the current token, the innermost last.
  var contexts: [ParseContext] = []
  /// The known functions; `nil` accepts every name.
  let functions: Set<String>?
  private var nesting = 0
  /// The height of the tree that was built last.
  private var height = 0

  /// Parses an expression.
  ///
  /// - Throws: `ParseError` with the position, also for a function that is not among `functions`.
  package static func parse(
    _ text: String, functions: Set<String>? = nil
  ) throws(ParseError) -> Expression {
    var parser = try PromQLParser(text, functions: functions)
    if parser.token.kind == .end {
      throw ParseError("no expression found in input", at: text.isEmpty ? nil : SourceRange.none)
    }
    let expression = try parser.parseExpression()
    guard parser.token.kind == .end else { throw parser.unexpected() }
    return expression
  }

  /// Reads a series selector alone, as in `match[]` parameters: `up{job="node"}`. It may choose
  /// every series, and name its metric twice.
  package static func parseSelector(_ text: String) throws(ParseError) -> VectorSelector {
    var parser = try PromQLParser(text, functions: nil)
    guard parser.beginsSelector else { throw parser.unexpected() }
    let selector = try parser.parseSelector()
    guard parser.token.kind == .end else { throw parser.unexpected() }
    return selector
  }

  private init(_ text: String, functions: Set<String>?) throws(ParseError) {
    guard text.utf8.count <= Self.maxLength else {
      throw ParseError("expression is longer than \(Self.maxLength) bytes", at: SourceRange.none)
    }
    tokens = Lexer.tokens(of: text)
    self.functions = functions
  }

  // MARK: - Tokens

  /// The token that is to be read next.
  var token: Token { tokens[index] }

  /// Whether the next token is this symbol; unlike `token`, this copies nothing.
  func isNext(_ symbol: Symbol) -> Bool { tokens[index].isSymbol(symbol) }

  /// The token after that.
  var following: Token { tokens[min(index + 1, tokens.count - 1)] }

  /// The range of the token that was read last.
  var lastRange: SourceRange { tokens[max(index - 1, 0)].range }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  /// Steps over a sign if it is next.
  mutating func skip(_ symbol: Symbol) -> Bool {
    guard isNext(symbol) else { return false }
    advance()
    return true
  }

  /// Steps over a sign that must be next.
  mutating func require(_ symbol: Symbol, in context: ParseContext? = nil) throws(ParseError) {
    guard skip(symbol) else { throw unexpected(in: context) }
  }

  /// An error about the next token, in the words of a production or of the innermost one that has a
  /// message.
  func unexpected(in context: ParseContext? = nil) -> ParseError {
    if case .failure(let message) = token.kind { return ParseError(message, at: token.range) }
    var message = "unexpected \(token.summary)"
    if let context = context ?? contexts.last {
      message += " in \(context.name)"
      if let expected = context.expected { message += ", expected \(expected)" }
    }
    return ParseError(message, at: token.range)
  }

  /// Throws if the next token is a lexical error: to be called where a production is checked only
  /// after the token behind it has been read.
  func requireToken() throws(ParseError) {
    if case .failure = token.kind { throw unexpected() }
  }

  // MARK: - Depth

  /// Parses something one level deeper.
  mutating func nested<Result>(
    _ body: (inout PromQLParser) throws(ParseError) -> Result
  ) throws(ParseError) -> Result {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.maxNesting else { throw tooDeep }
    return try body(&self)
  }

  /// Records that a leaf was built.
  mutating func noteLeaf() { height = 1 }

  /// The height of the tree built last, to be passed to `noteParent`.
  var lastHeight: Int { height }

  /// Records that a node was built above trees of these heights.
  mutating func noteParent(over childHeight: Int) throws(ParseError) {
    height = childHeight + 1
    guard height <= Self.maxDepth else { throw tooDeep }
  }

  /// The error for exceeding the maximum depth.
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
      let sign = firstToken(after: left.range)
      advance()
      let modifiers = try parseModifiers(of: operation)
      let tightest = operation.precedence + (operation.isRightAssociative ? 0 : 1)
      let right = try nested { (parser) throws(ParseError) in
        try parser.parseBinary(atLeast: tightest)
      }
      try noteParent(over: max(leftHeight, lastHeight))
      left = .binary(
        BinaryExpression(
          operation, left, right, returnsBool: modifiers.returnsBool,
          matching: modifiers.matching, sign: sign,
          range: left.range.extended(to: right.range)))
    }
    return left
  }

  /// The range of the first token after the left operand, up to the operator.
  private func firstToken(after range: SourceRange) -> SourceRange {
    var first = index
    while first > 0, tokens[first - 1].range.start >= range.end { first -= 1 }
    return tokens[first].range
  }

  private var nextOperator: BinaryOperator? {
    switch tokens[index].kind {
    case .symbol(let symbol): symbol.binaryOperator
    case .keyword: BinaryOperator(rawValue: token.keyword)
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
    switch operand {
    case .number(let value, _): return .number(sign == .minus ? -value : value, range)
    case .duration(let value, _): return .duration(sign == .minus ? -value : value, range)
    default:
      try noteParent(over: lastHeight)
      return .unary(sign, operand, range)
    }
  }
}
