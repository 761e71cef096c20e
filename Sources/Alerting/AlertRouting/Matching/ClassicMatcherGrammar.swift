import MetricModel
import PatternMatching

/// The grammar of Alertmanager before 0.27: `name operation rest`, where the rest is the value,
/// quoted or not. Lists are split at commas outside of quotes, and may be in braces.
enum ClassicMatcherGrammar {
  static func parse(_ text: String) throws(MatcherSyntaxError) -> [LabelMatcher] {
    var list = Substring(text)
    list = trimmed(list)
    if list.first == "{" { list = list.dropFirst() }
    if list.last == "}" { list = list.dropLast() }
    var matchers: [LabelMatcher] = []
    for element in split(list) where !trimmed(element).isEmpty {
      matchers.append(try matcher(trimmed(element), in: text))
    }
    guard !matchers.isEmpty || text.contains("{") else {
      throw MatcherSyntaxError(text: text, offset: 0, reason: "no matcher found")
    }
    return matchers
  }

  private static func split(_ list: Substring) -> [Substring] {
    var parts: [Substring] = []
    var start = list.startIndex
    var isQuoted = false
    var isEscaped = false
    for index in list.indices {
      let character = list[index]
      if isEscaped {
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        parts.append(list[start..<index])
        start = list.index(after: index)
      }
    }
    parts.append(list[start...])
    return parts
  }

  private static func matcher(
    _ element: Substring, in text: String
  ) throws(MatcherSyntaxError) -> LabelMatcher {
    func failure(_ reason: String) -> MatcherSyntaxError {
      let offset = text.utf8.distance(from: text.startIndex, to: element.startIndex)
      return MatcherSyntaxError(text: text, offset: offset, reason: reason)
    }
    let name = String(element.prefix { $0 != "=" && $0 != "!" && !$0.isWhitespace })
    guard NameRules.isMetricName(name) else {
      throw failure("\"\(name)\" is no label name")
    }
    var rest = trimmed(element.dropFirst(name.count))
    let operations: [LabelMatcher.Operation] = [.matches, .notMatches, .notEqual, .equal]
    guard let operation = operations.first(where: { rest.hasPrefix($0.rawValue) }) else {
      throw failure("expected one of = != =~ !~ after \(name)")
    }
    rest = trimmed(rest.dropFirst(operation.rawValue.count))
    guard let value = unescape(rest) else {
      throw failure("the value of \(name) has an unescaped or a missing quote")
    }
    do {
      return try LabelMatcher(name, operation, value, of: .alertmanager)
    } catch {
      throw failure(error.description)
    }
  }

  /// Resolves `\"`, `\n` and `\\`; other escapes stay as they are. Quotes must be both or none.
  private static func unescape(_ text: Substring) -> String? {
    var inner = text
    let isQuoted = inner.first == "\""
    if isQuoted { inner = inner.dropFirst() }
    var value = ""
    var isEscaped = false
    var isClosed = false
    for character in inner {
      guard !isClosed else { return nil }
      if isEscaped {
        isEscaped = false
        switch character {
        case "n": value.append("\n")
        case "\"", "\\": value.append(character)
        default:
          value.append("\\")
          value.append(character)
        }
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        guard isQuoted else { return nil }
        isClosed = true
      } else {
        value.append(character)
      }
    }
    guard !isEscaped, isClosed == isQuoted else { return nil }
    return value
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return text
  }
}
