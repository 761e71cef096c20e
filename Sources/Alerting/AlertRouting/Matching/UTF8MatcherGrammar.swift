import MetricModel
import PatternMatching

/// The grammar since Alertmanager 0.27: `{name="value", "any name"=~value}`, braces both or none, a
/// trailing comma allowed.
struct UTF8MatcherGrammar {
  private let text: String
  private let scalars: [Unicode.Scalar]
  private var position = 0

  private init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  static func parse(_ text: String) throws(MatcherSyntaxError) -> [LabelMatcher] {
    var grammar = UTF8MatcherGrammar(text)
    return try grammar.list()
  }

  private mutating func list() throws(MatcherSyntaxError) -> [LabelMatcher] {
    skipSpace()
    let isBraced = take("{")
    var matchers: [LabelMatcher] = []
    skipSpace()
    while position < scalars.count, scalars[position] != "}" {
      matchers.append(try matcher())
      skipSpace()
      guard take(",") else { break }
      skipSpace()
    }
    if isBraced {
      guard take("}") else { throw failure("expected , or }") }
    }
    skipSpace()
    guard position == scalars.count else {
      throw failure(isBraced ? "nothing may follow }" : "expected , or the end")
    }
    guard isBraced || !matchers.isEmpty else { throw failure("no matcher found") }
    return matchers
  }

  private mutating func matcher() throws(MatcherSyntaxError) -> LabelMatcher {
    let name = try word("a label name")
    guard !name.isEmpty else { throw failure("the label name is empty") }
    skipSpace()
    let operation = try operation()
    skipSpace()
    let value = try word("a value; write \"\" for the empty one")
    do {
      return try LabelMatcher(name, operation, value, of: .alertmanager)
    } catch {
      throw failure(error.description)
    }
  }

  private mutating func operation() throws(MatcherSyntaxError) -> LabelMatcher.Operation {
    if take("=") { return take("~") ? .matches : .equal }
    if take("!") {
      if take("=") { return .notEqual }
      if take("~") { return .notMatches }
    }
    throw failure("expected one of = != =~ !~")
  }

  private mutating func word(_ what: String) throws(MatcherSyntaxError) -> String {
    guard position < scalars.count else { throw failure("expected \(what)") }
    if scalars[position] == "\"" { return try quoted() }
    var word = String.UnicodeScalarView()
    while position < scalars.count, !Self.isReserved(scalars[position]) {
      word.append(scalars[position])
      position += 1
    }
    guard !word.isEmpty else { throw failure("expected \(what)") }
    return String(word)
  }

  private mutating func quoted() throws(MatcherSyntaxError) -> String {
    position += 1
    let start = position
    while position < scalars.count, scalars[position] != "\"" {
      position += scalars[position] == "\\" ? 2 : 1
    }
    guard position < scalars.count else { throw failure("the closing \" is missing") }
    let inner = scalars[start..<position]
    position += 1
    guard let value = QuotedText.unescape(inner) else {
      throw failure("unknown escape in a quoted text")
    }
    return value
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard position < scalars.count, scalars[position] == scalar else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
  }

  private static func isReserved(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || "{}!=~,\\\"'`".unicodeScalars.contains(scalar)
  }

  private func failure(_ reason: String) -> MatcherSyntaxError {
    let offset = String(String.UnicodeScalarView(scalars.prefix(position))).utf8.count
    return MatcherSyntaxError(text: text, offset: offset, reason: "at byte \(offset): \(reason)")
  }
}
