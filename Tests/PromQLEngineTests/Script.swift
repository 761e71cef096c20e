import MetricModel

/// A test script in the public load/eval format.
struct Script {
  /// One evaluation and what it must give.
  struct Evaluation {
    var line: Int
    var expression: String
    /// The evaluation time, or the start of a range query, in milliseconds.
    var start: Int64
    /// The end and step of a range query; nil for an instant query.
    var range: (end: Int64, step: Int64)?
    var mustFail = false
    var isOrdered = false
    var series: [(labels: Labels, values: [Value])] = []
    var scalar: Double?
    var string: String?
    /// The end and step of an expected range vector.
    var rangeVector: (start: Int64, end: Int64, step: Int64)?
    var notes = Notes()
    /// Whether an expected value is a native histogram.
    var wantsHistogram = false
  }

  /// What is expected of errors, warnings and infos.
  struct Notes {
    var failure: String?
    var wantsWarning = false
    var wantsInfo = false
    var forbidsWarning = false
    var forbidsInfo = false
    var warnings: [String] = []
    var infos: [String] = []
  }

  /// One value of a series.
  enum Value: Equatable {
    case gap
    case stale
    case number(Double)
    case histogram
  }

  enum Command {
    case clear
    case load(
      line: Int, step: Int64, series: [(labels: Labels, values: [Value])], addsNative: Bool)
    case evaluate(Evaluation)
    /// Something that this reader does not know, with the reason.
    case unreadable(line: Int, reason: String)
  }

  var commands: [Command] = []

  /// Reads a script; what cannot be read becomes an `unreadable` command.
  init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
    }
    var index = 0
    while index < lines.count {
      let line = index
      let head = String(lines[index])
      index += 1
      if head.isEmpty || head.hasPrefix("#") { continue }
      var block: [String] = []
      while index < lines.count, !lines[index].isEmpty, !lines[index].hasPrefix("#") {
        if head.hasPrefix("clear") { break }
        block.append(String(lines[index]))
        index += 1
      }
      do {
        commands.append(try Self.command(head, block, line: line + 1))
      } catch {
        commands.append(.unreadable(line: line + 1, reason: "\(error)"))
      }
    }
  }

  struct Unreadable: Error, CustomStringConvertible {
    var description: String
    init(_ text: String) { description = text }
  }

  private static func command(
    _ head: String, _ block: [String], line: Int
  ) throws -> Command {
    if head.hasPrefix("clear") { return .clear }
    let words = head.split(whereSeparator: { $0 == " " || $0 == "\t" })
    if words[0] == "load" || words[0] == "load_with_nhcb" {
      let series = try block.map { try SeriesLine.parse($0) }
      return .load(
        line: line, step: try time(words[1]), series: series, addsNative: words[0] != "load")
    }
    guard words[0].hasPrefix("eval") else { throw Unreadable("unknown command \(head)") }
    var evaluation = try evaluation(head, line: line)
    evaluation.mustFail = words[0] == "eval_fail"
    evaluation.notes.wantsWarning = words[0] == "eval_warn"
    evaluation.notes.wantsInfo = words[0] == "eval_info"
    evaluation.isOrdered = words[0] == "eval_ordered"
    for text in block { try evaluation.expect(text) }
    return .evaluate(evaluation)
  }

  private static func evaluation(_ head: String, line: Int) throws -> Evaluation {
    if let match = head.firstMatch(of: /^eval\w*\s+instant\s+at\s+(\S+)\s+(.*)$/) {
      return Evaluation(
        line: line, expression: String(match.2), start: try time(match.1), range: nil)
    }
    if let match = head.firstMatch(
      of: /^eval\w*\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.*)$/)
    {
      return Evaluation(
        line: line, expression: String(match.4), start: try time(match.1),
        range: (try time(match.2), try time(match.3)))
    }
    throw Unreadable("unknown evaluation \(head)")
  }

  static func time(_ text: Substring) throws -> Int64 {
    let isNegative = text.hasPrefix("-")
    let digits = String(isNegative ? text.dropFirst() : text)
    let value =
      PrometheusDuration(digits)?.rawValue ?? Double(digits).map { Int64($0 * 1000) }
    guard let value else { throw Unreadable("not a time: \(text)") }
    return isNegative ? -value : value
  }
}

extension Script.Evaluation {
  /// Reads a line under an evaluation.
  mutating func expect(_ text: String) throws {
    if let match = text.firstMatch(of: /^expect\s+(.*)$/) {
      try expectNote(String(match.1))
    } else if let match = text.firstMatch(of: /^expected_fail_(?:message|regexp)\s+(.*)$/) {
      notes.failure = String(match.1)
    } else if text.contains("{{") {
      wantsHistogram = true
    } else if let number = SeriesLine.number(text[...].trimmed) {
      scalar = number
    } else {
      let line = try SeriesLine.parse(text)
      // A repeated series replaces the earlier line.
      series.removeAll { $0.labels == line.labels }
      series.append(line)
    }
  }

  private mutating func expectNote(_ note: String) throws {
    let detail = note.split(separator: ":", maxSplits: 1).dropFirst().first.map {
      String($0.trimmed)
    }
    if note.hasPrefix("fail") {
      mustFail = true
      notes.failure = note.contains("msg:") ? detail : nil
    } else if note.hasPrefix("warn") {
      notes.wantsWarning = true
      if note.hasPrefix("warn msg:"), let detail { notes.warnings.append(detail) }
    } else if note.hasPrefix("info") {
      notes.wantsInfo = true
      if note.hasPrefix("info msg:"), let detail { notes.infos.append(detail) }
    } else if note.hasPrefix("no_warn") {
      notes.forbidsWarning = true
    } else if note.hasPrefix("no_info") {
      notes.forbidsInfo = true
    } else if note.hasPrefix("ordered") {
      isOrdered = true
    } else if note.hasPrefix("string") {
      string = String(note.dropFirst(6).trimmed.dropFirst().dropLast())
    } else if let match = note.firstMatch(
      of: /^range vector from (\S+) to (\S+) step (\S+)/)
    {
      rangeVector = (
        try Script.time(match.1), try Script.time(match.2), try Script.time(match.3)
      )
    } else {
      throw Script.Unreadable("unknown expectation \(note)")
    }
  }
}

extension Substring {
  var trimmed: Substring {
    var text = self.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text
  }
}
