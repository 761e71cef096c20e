import MetricModel
import PatternMatching
import PromQLSyntax

extension FunctionTable {
  /// Functions that change labels.
  static let labels: [Function] = [
    Function(
      signature: FunctionSignature(
        "label_replace", [.vector, .string, .string, .string, .string]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        try await labelReplace(planner, call, grid)
      }),
    Function(
      signature: FunctionSignature(
        "label_join", [.vector, .string, .string, .string], variadic: .repeated),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        try await labelJoin(planner, call, grid)
      }),
  ]

  private static func labelReplace(
    _ planner: Planner, _ call: FunctionCall, _ grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    let texts = call.arguments.dropFirst().map(planner.string)
    let (target, template, source, pattern) = (texts[0], texts[1], texts[2], texts[3])
    let expression: RegularExpression
    do {
      expression = try RegularExpression(pattern, anchoring: .framed)
    } catch {
      throw .failed(
        "invalid regular expression in label_replace(): \(pattern)", at: call.arguments[4].range)
    }
    guard !target.isEmpty else {
      throw .failed(
        "invalid destination label name in label_replace(): \(target)",
        at: call.arguments[1].range)
    }
    let vector = try await planner.vector(call.arguments[0], on: grid)
    return try RelabelOperator(vector, at: call.range, in: planner.context) {
      (head) throws(QueryError) in
      guard let captures = expression.firstCaptures(in: head.labels[source] ?? "") else {
        return head
      }
      let longest = captures.reduce(0) { max($0, $1?.utf8.count ?? 0) }
      try requireShort(template.utf8.count, at: call.range)
      let references = template.utf8.count { $0 == UInt8(ascii: "$") }
      try requireShort(template.utf8.count + references * longest, at: call.range)
      return head.setting(target, expression.expand(template, captures: captures))
    }
  }

  private static func labelJoin(
    _ planner: Planner, _ call: FunctionCall, _ grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    let texts = call.arguments.dropFirst().map(planner.string)
    let (target, separator, sources) = (texts[0], texts[1], texts[2...])
    if let place = sources.firstIndex(of: "") {
      throw .failed(
        "invalid source label name in label_join(): ", at: call.arguments[place + 1].range)
    }
    guard !target.isEmpty else {
      throw .failed(
        "invalid destination label name in label_join(): \(target)", at: call.arguments[1].range)
    }
    let vector = try await planner.vector(call.arguments[0], on: grid)
    return try RelabelOperator(vector, at: call.range, in: planner.context) {
      (head) throws(QueryError) in
      let values = sources.map { head.labels[$0] ?? "" }
      try requireShort(
        values.reduce(0) { $0 + $1.utf8.count + separator.utf8.count }, at: call.range)
      return head.setting(target, values.joined(separator: separator))
    }
  }

  /// The longest label value, in bytes, that a function produces: nested calls multiply lengths.
  private static let longestLabelValue = 1 << 20

  private static func requireShort(_ bytes: Int, at range: SourceRange) throws(QueryError) {
    guard bytes > longestLabelValue else { return }
    throw .failed("label value longer than \(longestLabelValue) bytes", at: range)
  }
}

extension SeriesHead {
  /// The head with a label set; a metric name that is set again is no longer dropped.
  fileprivate func setting(_ name: String, _ value: String) -> SeriesHead {
    SeriesHead(
      labels: labels.setting(name, value), dropsName: dropsName && name != Label.metricName)
  }
}
