/// All rows of an operator, for nodes of a plan that cannot work on one series at a time.
struct SeriesTable {
  private(set) var heads: SeriesHeads
  /// The rows one after another.
  private(set) var values: [Double] = []
  let steps: Int

  /// Drains an operator; the samples count against the budget until `release`.
  init(
    draining source: any InstantOperator, steps: Int, in context: QueryContext
  ) throws(QueryError) {
    heads = source.heads
    self.steps = steps
    try context.requireCapacity(rows: heads.count, steps: steps)
    values.reserveCapacity(heads.count * steps)
    var row = [Double](repeating: absentValue, count: steps)
    while try source.next(into: &row) {
      try context.checkpoint()
      try context.hold(steps)
      values.append(contentsOf: row)
    }
  }

  /// The number of series.
  var count: Int { heads.count }

  /// The value of a series at a step.
  @inline(__always)
  subscript(series: Int, step: Int) -> Double { values[series * steps + step] }

  /// Copies a row.
  func copyRow(_ series: Int, into row: inout [Double]) {
    for step in 0..<steps { row[step] = values[series * steps + step] }
  }
}
