import MetricModel

/// A test script in Prometheus' load/eval format, as `promtool` and Prometheus' own suite use it.
package struct Script: Sendable {
  /// A series as a script writes it: one value per step, beginning at time 0.
  typealias Series = (labels: Labels, values: [Value], holdsStarts: Bool)

  /// One value of a series.
  enum Value: Equatable, Sendable {
    case gap
    case stale
    case number(Double)
    case histogram
    /// The distance of a start timestamp from its sample's time, in milliseconds.
    case start(Int64)
  }

  enum Command: Sendable {
    case clear
    /// `addsNative` is `load_with_nhcb`: each classic histogram is loaded as a native one, too.
    case load(step: Int64, series: [Series], addsNative: Bool)
    case evaluate(Evaluation)
    /// A command that this reader does not know, with the reason.
    case unreadable(reason: String)
  }

  /// The commands, each with the number of its first line.
  private(set) var commands: [(line: Int, command: Command)] = []

  /// Parses a script; an unreadable part becomes a command that fails.
  package init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(\.trimmed)
    var index = 0
    while index < lines.count {
      let line = index
      let head = lines[index]
      index += 1
      if head.isEmpty || head.hasPrefix("#") { continue }
      var block: [Substring] = []
      while head != "clear", index < lines.count, !lines[index].isEmpty,
        !lines[index].hasPrefix("#")
      {
        block.append(lines[index])
        index += 1
      }
      do throws(ScriptError) {
        commands.append((line + 1, try Self.command(head, block)))
      } catch {
        commands.append((line + 1, .unreadable(reason: error.reason)))
      }
    }
  }

  private static func command(
    _ head: Substring, _ block: [Substring]
  ) throws(ScriptError) -> Command {
    if head == "clear" { return .clear }
    var words = ScriptWords(head)
    let verb = words.next()
    switch verb {
    case "load", "load_with_nhcb":
      let step = try time(words.next())
      guard step > 0, words.rest.isEmpty else { throw ScriptError("invalid load command: \(head)") }
      var series: [Series] = []
      for line in block { series.append(try SeriesLine.parse(line)) }
      return .load(step: step, series: series, addsNative: verb != "load")
    case "eval", "eval_fail", "eval_warn", "eval_info", "eval_ordered":
      var evaluation = try Evaluation(&words, head)
      switch verb {
      case "eval_fail": evaluation.notes.failures = [.any]
      case "eval_warn": evaluation.notes.warnings = [.any]
      case "eval_info": evaluation.notes.infos = [.any]
      case "eval_ordered": evaluation.isOrdered = true
      default: break
      }
      for line in block { try evaluation.expect(line) }
      return .evaluate(evaluation)
    default:
      throw ScriptError("unknown command: \(head)")
    }
  }

  /// Milliseconds of a duration or a number of seconds, with a sign.
  static func time(_ text: Substring) throws(ScriptError) -> Int64 {
    let isNegative = text.hasPrefix("-")
    let digits = String(isNegative || text.hasPrefix("+") ? text.dropFirst() : text)
    if let duration = PrometheusDuration(digits) {
      return isNegative ? -duration.rawValue : duration.rawValue
    }
    guard let seconds = Double(digits), seconds.magnitude < 1e12 else {
      throw ScriptError("not a time: \(text)")
    }
    return Int64((seconds * 1000).rounded()) * (isNegative ? -1 : 1)
  }
}

/// Why a line of a script cannot be read.
struct ScriptError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// The words of a line, one after another.
struct ScriptWords {
  /// What has not been taken yet, without blanks around it.
  private(set) var rest: Substring

  init(_ line: Substring) { rest = line.trimmed }

  /// The next word; empty at the end.
  mutating func next() -> Substring {
    let word = rest.prefix { $0 != " " && $0 != "\t" }
    rest = rest[word.endIndex...].trimmed
    return word
  }

  /// Takes some words if they come next.
  mutating func skip(_ words: String...) -> Bool {
    var after = self
    for word in words where after.next() != word { return false }
    self = after
    return true
  }
}

extension Substring {
  /// The text without blanks at both ends.
  var trimmed: Substring {
    var text = self.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text
  }
}
