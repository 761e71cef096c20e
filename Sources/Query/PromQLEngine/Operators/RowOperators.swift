import MetricModel
import PromQLSyntax

/// Applies a function of one number to every value; the metric name falls.
final class PointwiseOperator: InstantOperator {
  let heads: [SeriesHead]
  private let source: any InstantOperator
  private let function: (Double, Int) -> Double

  /// The function gets the value and the number of the step.
  init(_ source: any InstantOperator, steps function: @escaping (Double, Int) -> Double) {
    self.source = source
    self.function = function
    heads = source.heads.map(\.droppingName)
  }

  convenience init(_ source: any InstantOperator, _ function: @escaping (Double) -> Double) {
    self.init(source) { (value, _) in function(value) }
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &row) else { return false }
    for step in row.indices where row[step].isPresent { row[step] = function(row[step], step) }
    return true
  }
}

/// Keeps or drops values by a condition, and leaves names alone: a comparison with a scalar.
final class FilterOperator: InstantOperator {
  let heads: [SeriesHead]
  private let source: any InstantOperator
  private let keeps: (Double, Int) -> Bool

  init(_ source: any InstantOperator, _ keeps: @escaping (Double, Int) -> Bool) {
    self.source = source
    self.keeps = keeps
    heads = source.heads
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &row) else { return false }
    for step in row.indices where row[step].isPresent && !keeps(row[step], step) {
      row[step] = absentValue
    }
    return true
  }
}

/// Repeats the one value of each series for all steps.
final class BroadcastOperator: InstantOperator {
  private let source: any InstantOperator
  private var single = [absentValue]

  init(_ source: any InstantOperator) { self.source = source }

  var heads: [SeriesHead] { source.heads }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &single) else { return false }
    for step in row.indices { row[step] = single[0] }
    return true
  }
}

/// Hands over rows that are known already.
final class RowsOperator: InstantOperator {
  let heads: [SeriesHead]
  private let rows: [[Double]]
  private var position = 0

  init(heads: [SeriesHead], rows: [[Double]]) {
    self.heads = heads
    self.rows = rows
  }

  /// `vector(s)`: one series without labels.
  convenience init(scalar row: [Double]) {
    self.init(heads: [SeriesHead(labels: .empty)], rows: [row])
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard position < rows.count else { return false }
    row = rows[position]
    position += 1
    return true
  }
}

/// Hands over the series of several operators, one after another.
final class ConcatenationOperator: InstantOperator {
  let heads: [SeriesHead]
  private var sources: ArraySlice<any InstantOperator>

  init(_ sources: [any InstantOperator]) {
    self.sources = sources[...]
    heads = sources.flatMap(\.heads)
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    while let source = sources.first {
      if try source.next(into: &row) { return true }
      sources.removeFirst()
    }
    return false
  }
}

/// `absent`: 1 at every step at which no series has a value.
final class AbsentOperator: InstantOperator {
  let heads: [SeriesHead]
  private let source: any InstantOperator
  private var isDone = false

  init(_ source: any InstantOperator, head: SeriesHead) {
    self.source = source
    heads = [head]
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard !isDone else { return false }
    isDone = true
    var isAbsent = [Bool](repeating: true, count: row.count)
    while try source.next(into: &row) {
      for step in row.indices where row[step].isPresent { isAbsent[step] = false }
    }
    for step in row.indices { row[step] = isAbsent[step] ? 1 : absentValue }
    return true
  }
}

/// Gives series new labels; those that become equal are merged, and must not have values at the same step.
final class RelabelOperator: InstantOperator {
  private(set) var heads: [SeriesHead] = []
  private let source: any InstantOperator
  private let range: SourceRange
  private let context: QueryContext
  /// Where the rows of each source series go; nil if all heads stay apart and rows can pass through.
  private var targets: [Int]?
  private var merged: [[Double]]?
  private var position = 0

  init(
    _ source: any InstantOperator, at range: SourceRange, in context: QueryContext,
    _ relabel: (SeriesHead) throws(QueryError) -> SeriesHead
  ) throws(QueryError) {
    self.source = source
    self.range = range
    self.context = context
    var known: [Labels: Int] = [:]
    var targets: [Int] = []
    for head in source.heads {
      let changed = try relabel(head)
      if let index = known[changed.labels] {
        targets.append(index)
      } else {
        known[changed.labels] = heads.count
        targets.append(heads.count)
        heads.append(changed)
      }
    }
    self.targets = heads.count == source.heads.count ? nil : targets
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard let targets else { return try source.next(into: &row) }
    if merged == nil { merged = try mergeRows(targets, steps: row.count) }
    guard let merged, position < merged.count else { return false }
    row = merged[position]
    position += 1
    return true
  }

  private func mergeRows(_ targets: [Int], steps: Int) throws(QueryError) -> [[Double]] {
    let table = try SeriesTable(draining: source, steps: steps, in: context)
    var row = [Double](repeating: absentValue, count: steps)
    var rows = [[Double]](repeating: row, count: heads.count)
    for series in 0..<table.count {
      table.copyRow(series, into: &row)
      try ResultBuilder.merge(row, into: &rows[targets[series]], at: range)
    }
    return rows
  }
}
