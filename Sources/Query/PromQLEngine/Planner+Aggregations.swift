import MetricModel
import PromQLSyntax

extension Planner {
  /// The operator for an aggregation.
  func aggregation(
    _ node: AggregationExpression, on grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    var parameter: [Double] = []
    if let expression = node.parameter, type(of: expression) == .scalar {
      parameter = try await scalar(expression, on: grid)
      try check(parameter, of: node)
    }
    let source = try await reader(of: node, on: grid).vector(node.expression, on: grid)
    let groups = SeriesGroups(source.heads, by: node.grouping, isWithout: node.isWithout)
    switch node.operation {
    case .sum: return aggregate(SumAccumulator.self, source, groups)
    case .avg: return aggregate(AverageAccumulator.self, source, groups)
    case .min: return aggregate(MinimumAccumulator.self, source, groups)
    case .max: return aggregate(MaximumAccumulator.self, source, groups)
    case .count: return aggregate(CountAccumulator.self, source, groups)
    case .group: return aggregate(PresenceAccumulator.self, source, groups)
    case .stddev: return aggregate(DeviationAccumulator.self, source, groups)
    case .stdvar: return aggregate(VarianceAccumulator.self, source, groups)
    case .quantile:
      return QuantileOperator(source, groups, parameter: parameter, context)
    case .topk: return try select(.largest, source, groups, parameter)
    case .bottomk: return try select(.smallest, source, groups, parameter)
    case .limitk: return try select(.first, source, groups, parameter)
    case .limitRatio: return try select(.ratio, source, groups, parameter)
    case .countValues:
      let label = node.parameter.map(string) ?? ""
      guard !label.isEmpty else {
        throw .failed("invalid label name \"\(label)\"", at: node.range)
      }
      return try CountValues.evaluate(source, groups, label: label, steps: grid.count, context)
    }
  }

  /// The planner for the operand of an aggregation.
  private func reader(of node: AggregationExpression, on grid: StepGrid) -> Planner {
    switch node.operation {
    // The selection must not change between evaluations, nor the order of the result.
    case .limitk, .limitRatio, .countValues: ordered
    // Over a range nearly every series is among the best once: sorting them by labels afterwards
    // takes longer.
    case .topk, .bottomk: grid.count > 1 ? ordered : unordered
    case .sum, .avg, .min, .max, .count, .group, .stddev, .stdvar, .quantile: unordered
    }
  }

  private func aggregate<Cell: Accumulator>(
    _ type: Cell.Type, _ source: any InstantOperator, _ groups: SeriesGroups
  ) -> any InstantOperator {
    AggregateOperator(source, groups, context, AggregateOperator.aggregating(type))
  }

  private func select(
    _ choice: SelectionOperator.Choice, _ source: any InstantOperator, _ groups: SeriesGroups,
    _ parameter: [Double]
  ) throws(QueryError) -> any InstantOperator {
    try SelectionOperator(source, groups, choice, parameter: parameter, context)
  }

  private func check(_ parameter: [Double], of node: AggregationExpression) throws(QueryError) {
    let range = node.parameter?.range ?? node.range
    // Only the extreme values of all steps are reported.
    let numbers = parameter.filter { !$0.isNaN }
    let hasNaN = numbers.count < parameter.count
    let extremes = [numbers.max(), numbers.min()].compactMap { $0 }
    switch node.operation {
    case .quantile:
      if hasNaN { warnUnlessQuantile(.nan, at: range, of: node.range) }
      for value in extremes { warnUnlessQuantile(value, at: range, of: node.range) }
    case .limitRatio:
      if hasNaN { throw .failed("Ratio value is NaN", at: range) }
      for value in extremes where value.magnitude > 1 {
        let text = FloatFormat.string(value, style: .template)
        context.warn(
          "ratio value should be between -1 and 1, got \(text), "
            + "capping to \(value > 0 ? 1 : -1)", at: range, of: node.range)
      }
    default:
      for value in parameter {
        if value.isNaN { throw .failed("Parameter value is NaN", at: range) }
        if value >= 0x1p63 || value < -0x1p63 {
          let text = FloatFormat.string(value, style: .template)
          let flow = value < 0 ? "underflows" : "overflows"
          throw .failed("Scalar value \(text) \(flow) int64", at: range)
        }
      }
    }
  }

  /// Warns about a quantile outside of 0...1.
  func warnUnlessQuantile(_ value: Double, at range: SourceRange, of part: SourceRange) {
    guard !(value >= 0 && value <= 1) else { return }
    let text = FloatFormat.string(value, style: .template)
    context.warn(
      "quantile value should be between 0 and 1, got \(text)", at: range, of: part)
  }
}
