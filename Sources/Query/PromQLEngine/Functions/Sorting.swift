import MetricModel
import PromQLSyntax

extension FunctionTable {
  /// Functions that order an instant answer.
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
          // NaN comes last in both directions (rule 44).
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
            if a != b { return NaturalOrder.isBefore(a, b) == ascending }
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

/// The order of texts in which numbers count as numbers: `cpu2` before `cpu10`.
enum NaturalOrder {
  /// Whether a text comes before another.
  static func isBefore(_ left: String, _ right: String) -> Bool {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if isDigit(a[i]), isDigit(b[j]) {
        let (first, second) = (number(a, &i), number(b, &j))
        if first.count != second.count { return first.count < second.count }
        if first != second { return first.lexicographicallyPrecedes(second) }
      } else {
        if a[i] != b[j] { return a[i] < b[j] }
        i += 1
        j += 1
      }
    }
    return a.count - i < b.count - j
  }

  /// The digits from a place on without leading zeros; moves the place behind them.
  private static func number(_ text: [UInt8], _ place: inout Int) -> ArraySlice<UInt8> {
    let digits = text[place...].prefix(while: isDigit)
    place = digits.endIndex
    return digits.drop { $0 == UInt8(ascii: "0") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
