import Codecs
import MetricModel
import PromQLSyntax

extension Planner {
  /// The operator for a function call that yields a vector.
  func call(
    _ node: FunctionCall, on grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    guard let function = FunctionTable.named[node.name] else {
      throw .failed("unknown function with name \"\(node.name)\"", at: node.range)
    }
    switch function.evaluation {
    case .pointwise(let body):
      return PointwiseOperator(try await vector(node.arguments[0], on: grid), body)
    case .parameterised(let body):
      return try await parameterised(node, on: grid, body)
    case .date(let part):
      return try await date(node, on: grid, part)
    case .overTime(let retainsName, let makeKernel):
      return try await overTime(node, on: grid, retainsName: retainsName, makeKernel)
    case .special(let plan):
      return try await plan(ordered, node, grid)
    case .scalar:
      return RowsOperator(scalar: try await ordered.scalar(.call(node), on: grid))
    }
  }

  private func parameterised(
    _ node: FunctionCall, on grid: StepGrid, _ body: @escaping (Double, [Double]) -> Double
  ) async throws(QueryError) -> any InstantOperator {
    let source = try await vector(node.arguments[0], on: grid)
    var rows: [[Double]] = []
    for argument in node.arguments.dropFirst() {
      rows.append(try await ordered.scalar(argument, on: grid))
    }
    var parameters = [Double](repeating: 0, count: rows.count)
    return PointwiseOperator(
      source,
      steps: { value, step in
        for index in rows.indices { parameters[index] = rows[index][step] }
        return body(value, parameters)
      })
  }

  private func date(
    _ node: FunctionCall, on grid: StepGrid, _ part: @escaping (CivilDate) -> Int
  ) async throws(QueryError) -> any InstantOperator {
    let source: any InstantOperator
    if let argument = node.arguments.first {
      source = try await vector(argument, on: grid)
    } else {
      source = RowsOperator(scalar: (0..<grid.count).map { Double(grid.time($0)) / 1000 })
    }
    return PointwiseOperator(source) { seconds in
      // Whole seconds only; beyond a hundred million years there is no calendar.
      guard seconds.magnitude < 3e15 else { return .nan }
      return Double(part(CivilDate(Timestamp(rawValue: Int64(seconds) * 1000))))
    }
  }

  private func overTime(
    _ node: FunctionCall, on grid: StepGrid, retainsName: Bool,
    _ makeKernel: (WindowCall) throws(QueryError) -> any WindowKernel
  ) async throws(QueryError) -> any InstantOperator {
    var parameters: [[Double]] = []
    var range: Expression?
    for argument in node.arguments {
      if type(of: argument) == .matrix {
        range = argument
      } else {
        parameters.append(try await ordered.scalar(argument, on: grid))
      }
    }
    guard let range else { throw .failed("expected a range vector", at: node.range) }
    let source = try await windows(range, on: grid)
    var kernel = try makeKernel(WindowCall(parameters: parameters, node: node, planner: self))
    if source.edges != .plain { kernel = try edgeKernel(node, source.edges, kernel) }
    let windows = WindowOperator(source, retainsName: retainsName, kernel: kernel, context)
    windows.notes = CounterNotes(node.name, of: range, context)
    return windows
  }
}
