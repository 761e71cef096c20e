/// One word of an expression.
struct Token {
  /// What kind of word it is, with its decoded value.
  enum Kind: Equatable {
    /// A name or a keyword; which of the two is the parser's business, since keywords may be names.
    case identifier
    /// A name with a colon, which can only be a metric.
    case metricIdentifier
    case number(Double)
    /// A time span, in seconds.
    case duration(Double)
    case string(String)
    case symbol(Symbol)
    case end
  }

  var kind: Kind
  var text: String
  var range: SourceRange

  /// The name in lower case if this is a name: keywords do not care about case.
  var keyword: String {
    guard kind == .identifier else { return "" }
    let isLower = text.utf8.allSatisfy { !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    return isLower ? text : text.lowercased()
  }

  func isSymbol(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }

  /// The token as messages name it.
  var summary: String {
    switch kind {
    case .identifier:
      Keywords.reserved.contains(keyword) ? "<\(keyword)>" : "identifier \"\(text)\""
    case .metricIdentifier: "metric identifier \"\(text)\""
    case .number: "number \"\(text)\""
    case .duration: "duration \"\(text)\""
    case .string: "string \(text)"
    case .symbol(let symbol): symbol.isOperator ? "<op:\(text)>" : "\"\(text)\""
    case .end: "end of input"
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

  /// The sign of two bytes.
  init?(_ first: UInt8, _ second: UInt8) {
    guard let known = Self.ofTwoBytes.first(where: { $0.first == first && $0.second == second })
    else { return nil }
    self = known.symbol
  }

  private static let ofOneByte: [Symbol?] = {
    var table = [Symbol?](repeating: nil, count: 128)
    for symbol in allCases where symbol.rawValue.utf8.count == 1 {
      for byte in symbol.rawValue.utf8 { table[Int(byte)] = symbol }
    }
    return table
  }()

  private static let ofTwoBytes = allCases.compactMap { symbol in
    let bytes = Array(symbol.rawValue.utf8)
    return bytes.count == 2 ? (first: bytes[0], second: bytes[1], symbol: symbol) : nil
  }

  var isOperator: Bool {
    switch self {
    case .leftParenthesis, .rightParenthesis, .leftBrace, .rightBrace, .leftBracket,
      .rightBracket, .comma, .colon, .at:
      false
    default: true
    }
  }
}

/// Words with a meaning of their own; most may still be names where no other reading is possible.
enum Keywords {
  static let aggregations = Set(AggregationOperator.allCases.map(\.rawValue))
  /// Words that stand between or after operands and can never name a metric.
  static let notMetricNames: Set<String> = [
    "bool", "on", "ignoring", "group_left", "group_right", "atan2",
  ]
  static let reserved = aggregations.union(notMetricNames).union([
    "and", "or", "unless", "by", "without", "offset",
  ])
}
