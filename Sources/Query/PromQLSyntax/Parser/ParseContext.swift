/// A grammar production that names itself and what it expects in error messages.
struct ParseContext {
  let name: String
  var expected: String?

  static let aggregation = ParseContext(name: "aggregation")
  static let offset = ParseContext(name: "offset", expected: durationWords)
  static let at = ParseContext(name: "@", expected: "timestamp")

  static let brackets = ParseContext(
    name: "subquery or range selector", expected: durationWords)
  static let bracketsEnd = ParseContext(name: "subquery or range", expected: "\":\" or \"]\"")
  static let step = ParseContext(
    name: "subquery selector", expected: "number, duration, step(), range(), or \"]\"")
  static let stepEnd = ParseContext(name: "subquery selector", expected: "\"]\"")

  static let grouping = ParseContext(name: "grouping opts", expected: "\"(\"")
  static let groupingLabel = ParseContext(name: "grouping opts", expected: "label")
  static let groupingEnd = ParseContext(name: "grouping opts", expected: "\",\" or \")\"")

  static let matcher = ParseContext(name: "label matching", expected: "identifier or \"}\"")
  static let matcherOperator = ParseContext(
    name: "label matching", expected: "label matching operator")
  static let matcherValue = ParseContext(name: "label matching", expected: "string")
  static let matcherEnd = ParseContext(name: "label matching", expected: "\",\" or \"}\"")

  private static let durationWords = "number, duration, step(), or range()"
}
