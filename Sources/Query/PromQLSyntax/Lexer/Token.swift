/// One token of an expression.
struct Token {
  /// The kind of token, with its decoded value.
  enum Kind: Equatable {
    /// A name without colon that is not a keyword in its context.
    case identifier
    /// A name with a colon, which can only be a metric.
    case metricIdentifier
    /// A keyword; most may still be names where no other reading is possible.
    case keyword
    case number(Double)
    /// A duration, in seconds.
    case duration(Double)
    /// A malformed number or duration, with the error message.
    case malformed(isDuration: Bool, String)
    /// A string; `isText` is false if escapes produced bytes that are not UTF-8.
    case string(String, isText: Bool)
    case symbol(Symbol)
    case end
    /// A lexical error; nothing follows.
    case failure(String)
  }

  var kind: Kind
  var text: String
  var range: SourceRange

  /// The keyword in lower case, else empty.
  var keyword: String {
    guard case .keyword = kind else { return "" }
    return Keywords.lowercased(text)
  }

  func isSymbol(_ symbol: Symbol) -> Bool {
    guard case .symbol(let own) = kind else { return false }
    return own == symbol
  }

  /// The token as messages name it.
  var summary: String {
    switch kind {
    case .identifier: "identifier \(Keywords.quoted(text))"
    case .metricIdentifier: "metric identifier \(Keywords.quoted(text))"
    case .keyword: Keywords.summary(text, keyword)
    case .duration, .malformed(isDuration: true, _): "duration \(Keywords.shortened(text))"
    case .number, .malformed(isDuration: false, _): "number \(Keywords.shortened(text))"
    case .string: "string \(Keywords.shortened(text))"
    case .symbol(let symbol): symbol.isOperator ? "<op:\(text)>" : "\"\(text)\""
    case .end: "end of input"
    case .failure(let message): message
    }
  }
}

/// Symbols and operators that are not words.
enum Symbol: String, CaseIterable {
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBrace = "{"
  case rightBrace = "}"
  case leftBracket = "["
  case rightBracket = "]"
  case comma = ","
  case colon = ":"
  case at = "@"
  case assign = "="
  case equal = "=="
  case notEqual = "!="
  case matches = "=~"
  case notMatches = "!~"
  case less = "<"
  case lessOrEqual = "<="
  case trimUpper = "</"
  case greater = ">"
  case greaterOrEqual = ">="
  case trimLower = ">/"
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case modulo = "%"
  case power = "^"

  /// The symbol of one byte.
  init?(_ byte: UInt8) {
    guard byte < 128, let symbol = Self.ofOneByte[Int(byte)] else { return nil }
    self = symbol
  }

  private static let ofOneByte: [Symbol?] = {
    var table = [Symbol?](repeating: nil, count: 128)
    for symbol in allCases where symbol.rawValue.utf8.count == 1 {
      for byte in symbol.rawValue.utf8 { table[Int(byte)] = symbol }
    }
    return table
  }()

  /// The operator of the symbol; a look-up by its text would take longer.
  var binaryOperator: BinaryOperator? {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .trimUpper: .trimUpper
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .trimLower: .trimLower
    case .plus: .add
    case .minus: .subtract
    case .times: .multiply
    case .divide: .divide
    case .modulo: .modulo
    case .power: .power
    case .leftParenthesis, .rightParenthesis, .leftBrace, .rightBrace, .leftBracket, .rightBracket,
      .comma, .colon, .at, .assign, .matches, .notMatches:
      nil
    }
  }

  var isOperator: Bool {
    switch self {
    case .leftParenthesis, .rightParenthesis, .leftBrace, .rightBrace, .leftBracket,
      .rightBracket, .comma, .colon, .assign:
      false
    default: true
    }
  }
}
