import MetricModel
import PromQLSyntax

/// Changes the labels of series; series that become equal are merged, and must not have values at
/// the same step.
final class RelabelOperator: InstantOperator {
  let heads: SeriesHeads
  private let source: any InstantOperator
  private let range: SourceRange
  private let context: QueryContext
  /// The result row of each source series; `nil` if all heads remain distinct and rows can pass
  /// through.
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
    var heads: [SeriesHead] = []
    for head in source.heads {
      let changed = try relabel(head)
      try context.checkpoint()
      // Long labels take memory, too: as much as samples of the same size.
      try context.hold(changed.labels.packed.count / 16)
      if let index = known[changed.labels] {
        targets.append(index)
      } else {
        known[changed.labels] = heads.count
        targets.append(heads.count)
        heads.append(changed)
      }
    }
    self.heads = SeriesHeads(heads)
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
