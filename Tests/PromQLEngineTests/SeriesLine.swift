import MetricModel

/// A series with its values, as scripts write them: `up{job="a"} 1 2+1x3 _ stale`.
enum SeriesLine {
  static func parse(_ text: String) throws -> (labels: Labels, values: [Script.Value]) {
    var rest = text[...]
    var pairs: [(String, String)] = []
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
    rest = rest[name.endIndex...].trimmed
    if !name.isEmpty { pairs.append((Label.metricName, String(name))) }
    if rest.first == "{", !rest.hasPrefix("{{") {
      rest.removeFirst()
      while true {
        rest = rest.trimmed
        if rest.first == "}" { break }
        try pairs.append(label(&rest))
        rest = rest.trimmed
        if rest.first == "," { rest.removeFirst() }
      }
      rest.removeFirst()
    } else if name.isEmpty {
      throw Script.Unreadable("no series: \(text)")
    }
    return (Labels(pairs), try values(rest))
  }

  private static func label(_ rest: inout Substring) throws -> (String, String) {
    let isQuoted = rest.first == "\""
    let name =
      isQuoted
      ? try quoted(&rest)
      : String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" })
    if !isQuoted { rest = rest.dropFirst(name.count) }
    rest = rest.trimmed
    guard rest.first == "=" else {
      guard isQuoted else { throw Script.Unreadable("no label: \(rest)") }
      return (Label.metricName, name)
    }
    rest = rest.dropFirst().trimmed
    return (name, try quoted(&rest))
  }

  private static func quoted(_ rest: inout Substring) throws -> String {
    guard let quote = rest.first, "\"'`".contains(quote) else {
      throw Script.Unreadable("no quoted text: \(rest)")
    }
    rest.removeFirst()
    var text = ""
    while let next = rest.popFirst(), next != quote {
      if next == "\\", quote != "`", let escaped = rest.popFirst() {
        text.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
      } else {
        text.append(next)
      }
    }
    return text
  }

  static func number(_ text: Substring) -> Double? {
    switch text.lowercased() {
    case "inf", "+inf": return .infinity
    case "-inf": return -.infinity
    case "nan", "+nan", "-nan": return .nan
    default: break
    }
    var digits = String(text)
    let sign = digits.hasPrefix("-") ? -1.0 : 1.0
    if digits.hasPrefix("-") || digits.hasPrefix("+") { digits.removeFirst() }
    if digits.hasPrefix(".") { digits = "0" + digits }
    guard let first = digits.first, first.isNumber, !digits.lowercased().hasPrefix("0x") else {
      return nil
    }
    return Double(digits).map { $0 * sign }
  }

  static func values(_ text: Substring) throws -> [Script.Value] {
    var values: [Script.Value] = []
    var rest = text.trimmed
    while !rest.isEmpty {
      if rest.hasPrefix("{{") {
        rest = try histogram(rest, into: &values)
        continue
      }
      let word = rest.prefix { $0 != " " && $0 != "\t" }
      rest = rest[word.endIndex...].trimmed
      try append(word, to: &values)
    }
    return values
  }

  /// Skips a native histogram, with its step and count: only how many there are matters here.
  private static func histogram(
    _ text: Substring, into values: inout [Script.Value]
  ) throws -> Substring {
    var rest = text
    var count = 1
    while let close = rest.firstRange(of: "}}") {
      rest = rest[close.upperBound...]
      guard rest.hasPrefix("+{{") || rest.hasPrefix("-{{") else { break }
    }
    if rest.first == "x" {
      let digits = rest.dropFirst().prefix { $0.isNumber }
      count = (Int(digits) ?? 0) + 1
      rest = rest[digits.endIndex...]
    }
    values.append(contentsOf: [Script.Value](repeating: .histogram, count: count))
    return rest.trimmed
  }

  private static func append(_ word: Substring, to values: inout [Script.Value]) throws {
    if let match = word.wholeMatch(of: /_(?:x(\d+))?/) {
      // Gaps are as many as they say, everything else is one more.
      let count = match.1.flatMap { Int($0) } ?? 1
      values.append(contentsOf: [Script.Value](repeating: .gap, count: count))
    } else if let match = word.wholeMatch(of: /stale(?:x(\d+))?/) {
      let count = (match.1.flatMap { Int($0) } ?? 0) + 1
      values.append(contentsOf: [Script.Value](repeating: .stale, count: count))
    } else if let value = number(word) {
      values.append(.number(value))
    } else if let match = word.wholeMatch(of: /(.+?)(?:([+-].+))?x(\d+)/),
      var value = number(match.1), let count = Int(match.3)
    {
      let step = match.2.flatMap { number($0) } ?? 0
      values.append(.number(value))
      for _ in 0..<count {
        value += step
        values.append(.number(value))
      }
    } else {
      throw Script.Unreadable("unknown value \(word)")
    }
  }
}
