import PromQLSyntax

extension Planner {
  /// The operator for a binary operation with at least one vector.
  func binary(
    _ node: BinaryExpression, on grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    let leftIsScalar = type(of: node.left) == .scalar
    let rightIsScalar = type(of: node.right) == .scalar
    if leftIsScalar || rightIsScalar {
      let row = try await ordered.scalar(leftIsScalar ? node.left : node.right, on: grid)
      let source = try await vector(leftIsScalar ? node.right : node.left, on: grid)
      return withScalar(node, source, row, scalarIsLeft: leftIsScalar)
    }
    let left = try await ordered.vector(node.left, on: grid)
    let right = try await ordered.vector(node.right, on: grid)
    if node.operation.isSetOperator {
      return try SetOperator(node, left, right, steps: grid.count, context)
    }
    return try MatchOperator(node, left, right, steps: grid.count, context)
  }

  private func withScalar(
    _ node: BinaryExpression, _ source: any InstantOperator, _ row: [Double], scalarIsLeft: Bool
  ) -> any InstantOperator {
    let operation = node.operation
    if operation == .trimUpper || operation == .trimLower {
      // Trimming is for native histograms; plain numbers are dropped.
      return FilterOperator(source) { (_, _) in false }
    }
    if operation.isComparison, !node.returnsBool {
      return scalarIsLeft
        ? FilterOperator(source) { operation.holds(row[$1], $0) }
        : FilterOperator(source) { operation.holds($0, row[$1]) }
    }
    return scalarIsLeft
      ? PointwiseOperator(source) { operation.apply(row[$1], $0) }
      : PointwiseOperator(source) { operation.apply($0, row[$1]) }
  }
}
