import PromQLSyntax

extension FunctionTable {
  /// Functions that yield a scalar.
  static let scalars: [Function] = [
    Function(
      signature: FunctionSignature("scalar", [.vector], returns: .scalar),
      evaluation: .scalar { (planner, call, grid) async throws(QueryError) in
        let source = try await planner.vector(call.arguments[0], on: grid)
        return try onlyValues(of: source, steps: grid.count, planner.context)
      }),
    constant("pi") { (_, grid) in [Double](repeating: .pi, count: grid.count) },
    constant("time") { (_, grid) in (0..<grid.count).map { Double(grid.time($0)) / 1000 } },
    constant("step") { (context, grid) in
      [Double](repeating: context.stepSeconds, count: grid.count)
    },
    constant("range") { (context, grid) in
      [Double](repeating: Double(context.end - context.grid.start) / 1000, count: grid.count)
    },
    constant("start") { (context, grid) in
      [Double](repeating: Double(context.grid.start) / 1000, count: grid.count)
    },
    constant("end") { (context, grid) in
      [Double](repeating: Double(context.end) / 1000, count: grid.count)
    },
    pair("min_of") { minimum($0, $1) },
    pair("max_of") { maximum($0, $1) },
  ]

  private static func constant(
    _ name: String, _ row: @escaping @Sendable (QueryContext, StepGrid) -> [Double]
  ) -> Function {
    Function(
      signature: FunctionSignature(name, [], returns: .scalar),
      evaluation: .scalar { (planner, _, grid) async throws(QueryError) in
        row(planner.context, grid)
      })
  }

  private static func pair(
    _ name: String, _ body: @escaping @Sendable (Double, Double) -> Double
  ) -> Function {
    Function(
      signature: FunctionSignature(name, [.scalar, .scalar], returns: .scalar),
      evaluation: .scalar { (planner, call, grid) async throws(QueryError) in
        let left = try await planner.scalar(call.arguments[0], on: grid)
        let right = try await planner.scalar(call.arguments[1], on: grid)
        return zip(left, right).map { body($0, $1) }
      })
  }

  /// The value at each step at which exactly one series has one, else NaN.
  private static func onlyValues(
    of source: any InstantOperator, steps: Int, _ context: QueryContext
  ) throws(QueryError) -> [Double] {
    var result = [Double](repeating: .nan, count: steps)
    var counts = [Int](repeating: 0, count: steps)
    var row = [Double](repeating: absentValue, count: steps)
    while try source.next(into: &row) {
      try context.checkpoint()
      for step in 0..<steps where row[step].isPresent {
        counts[step] += 1
        result[step] = counts[step] == 1 ? row[step] : .nan
      }
    }
    return result
  }
}
