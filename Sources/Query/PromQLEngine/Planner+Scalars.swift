import PromQLSyntax

extension Planner {
  /// The values of a scalar expression, one per step.
  func scalar(
    _ expression: Expression, on grid: StepGrid
  ) async throws(QueryError) -> [Double] {
    try context.requireCapacity(rows: 1, steps: grid.count)
    switch expression {
    case .number(let value, _), .duration(let value, _):
      return [Double](repeating: value, count: grid.count)
    case .parentheses(let inner, _): return try await scalar(inner, on: grid)
    case .unary(let sign, let inner, _):
      let row = try await scalar(inner, on: grid)
      return sign == .plus ? row : row.map { -$0 }
    case .binary(let node):
      let left = try await scalar(node.left, on: grid)
      let right = try await scalar(node.right, on: grid)
      let operation = node.operation
      return zip(left, right).map { operation.apply($0, $1) }
    case .call(let node):
      guard case .scalar(let evaluate) = FunctionTable.named[node.name]?.evaluation else { break }
      guard let recorder = context.recorder, !node.arguments.isEmpty else {
        return try await evaluate(self, node, grid)
      }
      return try await recorder.part(expression, on: grid, method: expression.planMethod) {
        (_) throws(QueryError) in try await evaluate(self, node, grid)
      }
    case .string, .selector, .matrix, .subquery, .aggregation: break
    }
    throw .failed("expected a scalar", at: expression.range)
  }
}
