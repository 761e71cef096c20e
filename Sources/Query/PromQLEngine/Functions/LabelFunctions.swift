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
      expression = try RegularExpression(pattern)
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
    return try RelabelOperator(vector, at: call.range, in: planner.context) { head in
      guard let captures = expression.firstCaptures(in: head.labels[source] ?? "") else {
        return head
      }
      return head.setting(target, expression.expand(template, captures: captures))
    }
  }

  private static func labelJoin(
    _ planner: Planner, _ call: FunctionCall, _ grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    let texts = call.arguments.dropFirst().map(planner.string)
    let (target, separator, sources) = (texts[0], texts[1], texts[2...])
    guard !target.isEmpty else {
      throw .failed(
        "invalid destination label name in label_join(): \(target)", at: call.arguments[1].range)
    }
    let vector = try await planner.vector(call.arguments[0], on: grid)
    return try RelabelOperator(vector, at: call.range, in: planner.context) { head in
      head.setting(
        target, sources.map { head.labels[$0] ?? "" }.joined(separator: separator))
    }
  }
}

extension SeriesHead {
  /// The head with a label set; a name that is set anew does not fall any more (rule 27).
  fileprivate func setting(_ name: String, _ value: String) -> SeriesHead {
    SeriesHead(
      labels: labels.setting(name, value), dropsName: dropsName && name != Label.metricName)
  }
}
