import MetricModel
import PromQLSyntax

extension FunctionTable {
  /// Functions that create vectors, or use more than the values.
  static let vectors: [Function] = [
    Function(
      signature: FunctionSignature("vector", [.scalar]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        RowsOperator(scalar: try await planner.scalar(call.arguments[0], on: grid))
      }),
    Function(
      signature: FunctionSignature("timestamp", [.vector]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        if case .selector(let selector) = call.arguments[0].unwrapped {
          return try await planner.select(selector, on: grid, yielding: .timestamps)
        }
        let source = try await planner.vector(call.arguments[0], on: grid)
        return PointwiseOperator(source, steps: { Double(grid.time($1)) / 1000 })
      }),
    Function(
      signature: FunctionSignature("start_timestamp", [.vector]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        if case .selector(let selector) = call.arguments[0].unwrapped {
          return try await planner.select(selector, on: grid, yielding: .startTimestamps)
        }
        // The value of an expression has no start timestamp.
        let source = try await planner.vector(call.arguments[0], on: grid)
        return FilterOperator(source) { (_, _) in false }
      }),
    Function(
      signature: FunctionSignature("absent", [.vector]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        AbsentOperator(
          try await planner.vector(call.arguments[0], on: grid),
          head: SeriesHead(labels: call.arguments[0].absentLabels))
      }),
    Function(
      signature: FunctionSignature("absent_over_time", [.matrix]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        AbsentWindowOperator(
          try await planner.windows(call.arguments[0], on: grid),
          head: SeriesHead(labels: call.arguments[0].absentLabels))
      }),
  ]
}

extension Expression {
  /// The labels of the result of `absent`: those fixed by equality matchers, unless a label is
  /// matched twice.
  fileprivate var absentLabels: Labels {
    let selector: VectorSelector
    switch unwrapped {
    case .selector(let node): selector = node
    case .matrix(let node): selector = node.selector
    default: return .empty
    }
    let names = selector.matchers.map(\.name)
    return Labels(
      selector.matchers.compactMap { matcher in
        matcher.operation == .equal && matcher.name != Label.metricName
          && names.count(where: { $0.isExactly(matcher.name) }) == 1
          ? Label(name: matcher.name, value: matcher.value) : nil
      })
  }
}
