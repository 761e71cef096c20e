import MetricModel
import PatternMatching

/// One evaluation of a script and its expected result.
struct Evaluation: Sendable {
  let expression: String
  /// The evaluation time, or the start of a range query, in milliseconds.
  let start: Int64
  /// The end and step of a range query; nil for an instant query.
  var range: (end: Int64, step: Int64)?
  var isOrdered = false
  var series: [Script.Series] = []
  var scalar: Double?
  var string: String?
  /// The bounds and step of an expected range vector.
  var rangeVector: (start: Int64, end: Int64, step: Int64)?
  var notes = ExpectedNotes()
  /// Whether an expected value is a native histogram.
  var wantsHistogram = false

  /// Reads `instant at 5m EXPRESSION` or `range from 0 to 5m step 1m EXPRESSION`.
  init(_ words: inout ScriptWords, _ head: Substring) throws(ScriptError) {
    if words.skip("instant", "at") {
      start = try Script.time(words.next())
    } else if words.skip("range", "from") {
      start = try Script.time(words.next())
      guard words.skip("to") else { throw ScriptError("no end: \(head)") }
      let end = try Script.time(words.next())
      guard words.skip("step") else { throw ScriptError("no step: \(head)") }
      let step = try Script.time(words.next())
      guard step > 0, end >= start else { throw ScriptError("invalid range: \(head)") }
      range = (end, step)
    } else {
      throw ScriptError("unknown evaluation: \(head)")
    }
    expression = String(words.rest)
  }

  /// Reads a line under an evaluation.
  mutating func expect(_ line: Substring) throws(ScriptError) {
    var words = ScriptWords(line)
    if words.skip("expect") { return try expectNote(words) }
    if words.skip("expected_fail_message") {
      return notes.failures.append(.text(String(words.rest)))
    }
    if words.skip("expected_fail_regexp") {
      return notes.failures.append(try .pattern(words.rest))
    }
    if let number = SeriesLine.number(line) {
      guard scalar == nil, series.isEmpty else { throw ScriptError("two expectations: \(line)") }
      scalar = number
      return
    }
    let expected = try SeriesLine.parse(line)
    if expected.values.contains(.histogram) { wantsHistogram = true }
    guard scalar == nil, !expected.holdsStarts, !expected.values.isEmpty else {
      throw ScriptError("cannot be expected: \(line)")
    }
    series.removeAll { $0.labels == expected.labels }
    series.append(expected)
  }

  private mutating func expectNote(_ line: ScriptWords) throws(ScriptError) {
    var words = line
    switch words.next() {
    case "ordered": isOrdered = true
    case "no_warn": notes.forbidsWarnings = true
    case "no_info": notes.forbidsInfos = true
    case "fail": notes.failures.append(try .read(words.rest))
    case "warn": notes.warnings.append(try .read(words.rest))
    case "info": notes.infos.append(try .read(words.rest))
    case "string":
      string = try SeriesLine.text(words.rest)
      return
    case "range":
      guard words.skip("vector", "from") else { fallthrough }
      let from = try Script.time(words.next())
      guard words.skip("to") else { fallthrough }
      let to = try Script.time(words.next())
      guard words.skip("step") else { fallthrough }
      rangeVector = (from, to, try Script.time(words.next()))
    default: throw ScriptError("unknown expectation: expect \(line.rest)")
    }
  }
}

/// The expected errors, warnings and infos; not checked if none is listed.
struct ExpectedNotes: Sendable {
  /// What a text must be.
  enum Pattern: Sendable {
    case any
    case text(String)
    case matching(RegularExpression)

    /// Reads nothing, `msg: TEXT` or `regex: PATTERN`.
    static func read(_ text: Substring) throws(ScriptError) -> Pattern {
      if text.isEmpty { return .any }
      if text.hasPrefix("msg:") { return .text(String(text.dropFirst(4).trimmed)) }
      if text.hasPrefix("regex:") { return try pattern(text.dropFirst(6).trimmed) }
      throw ScriptError("neither msg: nor regex: \(text)")
    }

    static func pattern(_ text: Substring) throws(ScriptError) -> Pattern {
      do {
        return .matching(try RegularExpression(String(text), anchoring: .anywhere))
      } catch {
        throw ScriptError("\(error)")
      }
    }

    func matches(_ text: String) -> Bool {
      switch self {
      case .any: true
      case .text(let wanted): text == wanted
      case .matching(let pattern): pattern.matches(text)
      }
    }
  }

  var failures: [Pattern] = []
  var warnings: [Pattern] = []
  var infos: [Pattern] = []
  var forbidsWarnings = false
  var forbidsInfos = false

  /// The difference between the annotations of a result and the expected ones; `nil` if there is
  /// none.
  func problem(warnings found: [String], infos: [String]) -> String? {
    if forbidsWarnings, !found.isEmpty { return "warns \(found)" }
    if forbidsInfos, !infos.isEmpty { return "informs \(infos)" }
    return Self.problem(found, warnings, "warning") ?? Self.problem(infos, self.infos, "info")
  }

  /// Every text must match a pattern, and every pattern a text; without patterns nothing is
  /// checked.
  private static func problem(
    _ texts: [String], _ patterns: [Pattern], _ kind: String
  ) -> String? {
    guard !patterns.isEmpty else { return nil }
    let allMet = patterns.allSatisfy { pattern in texts.contains(where: pattern.matches) }
    let allKnown = texts.allSatisfy { text in patterns.contains { $0.matches(text) } }
    return allMet && allKnown ? nil : "wrong \(kind): \(texts)"
  }
}
