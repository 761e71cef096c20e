import MetricModel
import PromQLSyntax

extension FunctionTable {
  /// Functions of histograms; those of native histograms return nothing for plain numbers.
  static let histograms: [Function] = [
    Function(
      signature: FunctionSignature("histogram_quantile", [.scalar, .vector]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        let parameter = try await planner.scalar(call.arguments[0], on: grid)
        for value in parameter {
          planner.warnUnlessQuantile(value, at: call.arguments[0].range, of: call.range)
        }
        let table = try await planner.table(call.arguments[1], on: grid)
        return BucketOperator(table, on: grid, at: call.arguments[1].range, planner.context) {
          $0.quantile(parameter[$1])
        }
      }),
    Function(
      signature: FunctionSignature("histogram_fraction", [.scalar, .scalar, .vector]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        let lower = try await planner.scalar(call.arguments[0], on: grid)
        let upper = try await planner.scalar(call.arguments[1], on: grid)
        let table = try await planner.table(call.arguments[2], on: grid)
        return BucketOperator(table, on: grid, at: call.arguments[2].range, planner.context) {
          $0.fraction(from: lower[$1], to: upper[$1])
        }
      }),
    Function(
      signature: FunctionSignature(
        "histogram_quantiles", [.vector, .string, .scalar, .scalar], variadic: .repeatedUpTo(9)),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        try await quantiles(planner, call, grid)
      }),
    nativeOnly("histogram_count"),
    nativeOnly("histogram_sum"),
    nativeOnly("histogram_avg"),
    nativeOnly("histogram_stddev"),
    nativeOnly("histogram_stdvar"),
  ]

  /// Several quantiles of each histogram, distinguished by a label.
  private static func quantiles(
    _ planner: Planner, _ call: FunctionCall, _ grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    let label = planner.string(call.arguments[1])
    let range = call.arguments[0].range
    let table = try await planner.table(call.arguments[0], on: grid)
    var operators: [any InstantOperator] = []
    for argument in call.arguments.dropFirst(2) {
      let parameter = try await planner.scalar(argument, on: grid)
      for value in parameter {
        planner.warnUnlessQuantile(value, at: argument.range, of: call.range)
      }
      // A quantile that changes from step to step is another series at each.
      for level in Set(parameter.map(\.bitPattern)).map(Double.init(bitPattern:)).sorted(by: <) {
        let text = FloatFormat.string(level, style: .template)
        let isWhole = !text.contains { ".eNI".contains($0) }
        let mark = Label(name: label, value: isWhole ? text + ".0" : text)
        operators.append(
          BucketOperator(table, on: grid, at: range, label: mark, planner.context) {
            parameter[$1].bitPattern == level.bitPattern ? $0.quantile(level) : absentValue
          })
      }
    }
    return ConcatenationOperator(operators)
  }

  private static func nativeOnly(_ name: String) -> Function {
    Function(
      signature: FunctionSignature(name, [.vector]),
      evaluation: .parameterised { (_, _) in absentValue })
  }
}
