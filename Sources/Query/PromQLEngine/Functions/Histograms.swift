import MetricModel
import PromQLSyntax

extension FunctionTable {
  /// Functions of histograms; those of native histograms only find nothing in numbers.
  static let histograms: [Function] = [
    Function(
      signature: FunctionSignature("histogram_quantile", [.scalar, .vector]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        let parameter = try await planner.scalar(call.arguments[0], on: grid)
        for value in parameter {
          planner.warnUnlessQuantile(value, at: call.arguments[0].range)
        }
        let source = try await planner.vector(call.arguments[1], on: grid)
        return try BucketOperator(
          source, at: call.arguments[1].range, steps: grid.count, planner.context
        ) { buckets, step in buckets.quantile(parameter[step]) }
      }),
    Function(
      signature: FunctionSignature("histogram_fraction", [.scalar, .scalar, .vector]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        let lower = try await planner.scalar(call.arguments[0], on: grid)
        let upper = try await planner.scalar(call.arguments[1], on: grid)
        let source = try await planner.vector(call.arguments[2], on: grid)
        return try BucketOperator(
          source, at: call.arguments[2].range, steps: grid.count, planner.context
        ) { buckets, step in buckets.fraction(from: lower[step], to: upper[step]) }
      }),
    nativeOnly("histogram_count"),
    nativeOnly("histogram_sum"),
    nativeOnly("histogram_avg"),
    nativeOnly("histogram_stddev"),
    nativeOnly("histogram_stdvar"),
  ]

  private static func nativeOnly(_ name: String) -> Function {
    Function(
      signature: FunctionSignature(name, [.vector]),
      evaluation: .parameterised { (_, _) in absentValue })
  }
}
