import MetricModel

/// A series with its values, as scripts write them: `up{job="a"} 1 2+1x3 _ stale`.
enum SeriesLine {
  /// The most samples of a line: a short script must not fill the memory.
  static let longest = 1_000_000

  /// Parses a line; `@st` after the series says that the values are start timestamps.
  static func parse(_ text: Substring) throws(ScriptError) -> Script.Series {
    var rest = text
    var pairs: [(String, String)] = []
    let name = word(&rest)
    rest = rest.trimmed
    if !name.isEmpty { pairs.append((Label.metricName, name)) }
    if rest.first == "{", !rest.hasPrefix("{{") {
      rest.removeFirst()
      while true {
        rest = rest.trimmed
        if rest.first == "}" { break }
        pairs.append(try label(&rest))
        rest = rest.trimmed
        if rest.first == "," {
          rest.removeFirst()
        } else if rest.first != "}" {
          throw ScriptError("unclosed labels: \(text)")
        }
      }
      rest.removeFirst()
    } else if name.isEmpty {
      throw ScriptError("no series: \(text)")
    }
    let holdsStarts = rest.hasPrefix("@st")
    if holdsStarts { rest = rest.dropFirst(3) }
    let values = holdsStarts ? try starts(rest) : try values(rest)
    return (Labels(pairs), values, holdsStarts)
  }

  private static func word(_ rest: inout Substring) -> String {
    let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
    rest = rest[word.endIndex...]
    return String(word)
  }

  private static func label(_ rest: inout Substring) throws(ScriptError) -> (String, String) {
    let isQuoted = rest.first.map { "\"'`".contains($0) } ?? false
    let name = isQuoted ? try quoted(&rest) : word(&rest)
    rest = rest.trimmed
    guard rest.first == "=" else {
      guard isQuoted else { throw ScriptError("no label: \(rest)") }
      return (Label.metricName, name)
    }
    rest = rest.dropFirst().trimmed
    return (name, try quoted(&rest))
  }

  /// Reads a line that is one quoted text.
  static func text(_ line: Substring) throws(ScriptError) -> String {
    var rest = line
    let text = try quoted(&rest)
    guard rest.isEmpty else { throw ScriptError("no quoted text: \(line)") }
    return text
  }

  private static func quoted(_ rest: inout Substring) throws(ScriptError) -> String {
    guard let quote = rest.first, "\"'`".contains(quote) else {
      throw ScriptError("no quoted text: \(rest)")
    }
    rest.removeFirst()
    var text = ""
    while let next = rest.popFirst() {
      if next == quote { return text }
      if next == "\\", quote != "`", let escaped = rest.popFirst() {
        text.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
      } else {
        text.append(next)
      }
    }
    throw ScriptError("unterminated text")
  }

  /// A number as scripts write it: decimal, `Inf`, `NaN`; nil for anything else.
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

  private static func values(_ text: Substring) throws(ScriptError) -> [Script.Value] {
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

  /// Skips a native histogram, with its step and count: only the number of samples matters here.
  private static func histogram(
    _ text: Substring, into values: inout [Script.Value]
  ) throws(ScriptError) -> Substring {
    var rest = text
    var isClosed = false
    while let close = rest.firstRange(of: "}}") {
      isClosed = true
      rest = rest[close.upperBound...]
      guard rest.hasPrefix("+{{") || rest.hasPrefix("-{{") else { break }
    }
    guard isClosed else { throw ScriptError("unterminated histogram: \(text)") }
    var count = 1
    if rest.first == "x" {
      let digits = rest.dropFirst().prefix { $0.isNumber }
      count = (Int(digits) ?? 0) + 1
      rest = rest[digits.endIndex...]
    }
    try append(.histogram, count, to: &values)
    return rest.trimmed
  }

  private static func append(
    _ value: Script.Value, _ count: Int, to values: inout [Script.Value]
  ) throws(ScriptError) {
    guard count <= longest - values.count else { throw ScriptError("more than \(longest) values") }
    values.append(contentsOf: repeatElement(value, count: count))
  }

  /// Splits `BODYxN`; N is `nil` if there is none.
  private static func repetition(_ word: Substring) -> (body: Substring, count: Int?) {
    guard let mark = word.lastIndex(of: "x"),
      let count = Int(word[word.index(after: mark)...]), count >= 0
    else { return (word, nil) }
    return (word[..<mark], count)
  }

  /// Splits `A+B` into `A` and `+B`, at the first sign that is not that of A or of an exponent.
  private static func progression(_ body: Substring) -> (start: Substring, step: Substring?) {
    var previous: Character = "e"
    for place in body.indices {
      let next = body[place]
      if next == "+" || next == "-", previous != "e", previous != "E" {
        return (body[..<place], body[place...])
      }
      previous = next
    }
    return (body, nil)
  }

  private static func append(
    _ word: Substring, to values: inout [Script.Value]
  ) throws(ScriptError) {
    let (body, count) = repetition(word)
    // Gaps are as many as the count says, everything else is one more.
    if body == "_" { return try append(.gap, count ?? 1, to: &values) }
    if body == "stale" { return try append(.stale, (count ?? 0) + 1, to: &values) }
    let (start, step) = progression(body)
    guard var value = number(start), step == nil || count != nil,
      let step = step.map({ number($0) }) ?? 0
    else { throw ScriptError("unknown value: \(word)") }
    guard (count ?? 0) < longest - values.count else {
      throw ScriptError("more than \(longest) values")
    }
    values.append(.number(value))
    for _ in 0..<(count ?? 0) {
      value += step
      values.append(.number(value))
    }
  }

  /// Parses start timestamps: distances from the samples' times, as `-30s-1mx2`.
  private static func starts(_ text: Substring) throws(ScriptError) -> [Script.Value] {
    var values: [Script.Value] = []
    var words = ScriptWords(text)
    while !words.rest.isEmpty {
      let (body, count) = repetition(words.next())
      if body == "_" {
        try append(.gap, count ?? 1, to: &values)
        continue
      }
      let (start, step) = progression(body)
      var distance = try Script.time(start)
      let stride = try step.map { (text) throws(ScriptError) in try Script.time(text) } ?? 0
      guard (count ?? 0) < longest - values.count else {
        throw ScriptError("more than \(longest) values")
      }
      values.append(.start(distance))
      for _ in 0..<(count ?? 0) {
        distance += stride
        values.append(.start(distance))
      }
    }
    return values
  }
}
