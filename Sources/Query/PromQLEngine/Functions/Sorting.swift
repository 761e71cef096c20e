import MetricModel
import PromQLSyntax

extension FunctionTable {
  /// Functions that sort an instant vector.
  static let sorting: [Function] = [
    byValue("sort", ascending: true),
    byValue("sort_desc", ascending: false),
    byLabel("sort_by_label", ascending: true),
    byLabel("sort_by_label_desc", ascending: false),
  ]

  private static func byValue(_ name: String, ascending: Bool) -> Function {
    Function(
      signature: FunctionSignature(name, [.vector]),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        try await sorted(planner, call, grid) { left, right in
          // NaN is last in both directions.
          if left.value.isNaN || right.value.isNaN { return !left.value.isNaN }
          return ascending ? left.value < right.value : left.value > right.value
        }
      })
  }

  private static func byLabel(_ name: String, ascending: Bool) -> Function {
    Function(
      signature: FunctionSignature(name, [.vector, .string], variadic: .repeated),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        let names = call.arguments.dropFirst().map(planner.string)
        return try await sorted(planner, call, grid) { left, right in
          for name in names {
            let (a, b) = (left.labels[name] ?? "", right.labels[name] ?? "")
            if !a.isExactly(b) { return NaturalOrder.isBefore(a, b) == ascending }
          }
          return (left.labels < right.labels) == ascending && left.labels != right.labels
        }
      })
  }

  private static func sorted(
    _ planner: Planner, _ call: FunctionCall, _ grid: StepGrid,
    _ isBefore: (SortItem, SortItem) -> Bool
  ) async throws(QueryError) -> any InstantOperator {
    let source = try await planner.vector(call.arguments[0], on: grid)
    guard grid.count == 1 else {
      planner.context.warn(
        "sort is ineffective for range queries since results are always ordered by labels",
        at: call.range)
      return source
    }
    let table = try SeriesTable(draining: source, steps: 1, in: planner.context)
    var items: [SortItem] = []
    for series in 0..<table.count where table[series, 0].isPresent {
      items.append(SortItem(head: table.heads[series], value: table[series, 0]))
    }
    items.sort { left, right in
      if left.value.isNaN, right.value.isNaN, left.labels == right.labels { return false }
      return isBefore(left, right)
    }
    return RowsOperator(heads: items.map(\.head), rows: items.map { [$0.value] })
  }
}

/// A series with its value at the only step.
private struct SortItem {
  var head: SeriesHead
  var value: Double
  var labels: Labels { head.labels }
}
