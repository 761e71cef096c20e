/// One word of an expression.
struct Token {
  /// What kind of word it is, with its decoded value.
  enum Kind: Equatable {
    /// A name without colon that is no keyword where it stands.
    case identifier
    /// A name with a colon, which can only be a metric.
    case metricIdentifier
    /// A word that the grammar knows; most may still be names where no other reading is possible.
    case keyword
    case number(Double)
    /// A time span, in seconds.
    case duration(Double)
    /// A number or time span that can be told as one but has no value; with what is wrong.
    case malformed(isDuration: Bool, String)
    /// A string; `isText` is false if escapes made something that is no UTF-8.
    case string(String, isText: Bool)
    case symbol(Symbol)
    case end
    /// What is no word at all; nothing follows.
    case failure(String)
  }

  var kind: Kind
  var text: String
  var range: SourceRange

  /// The word in lower case if this is a keyword, else empty.
  var keyword: String {
    guard case .keyword = kind else { return "" }
    return Keywords.lowercased(text)
  }

  func isSymbol(_ symbol: Symbol) -> Bool {
    guard case .symbol(let own) = kind else { return false }
    return own == symbol
  }

  /// Whether this token ends something: the end of a node reaches to the last of these.
  var isClosing: Bool {
    switch kind {
    case .number, .duration, .malformed: true
    case .symbol(let symbol):
      symbol == .rightBrace || symbol == .rightParenthesis || symbol == .rightBracket
    default: false
    }
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

/// Signs and operators that are not words.
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

  /// The sign of one byte.
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

  /// The operator that the sign stands for; looking for it by its text would take longer.
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
