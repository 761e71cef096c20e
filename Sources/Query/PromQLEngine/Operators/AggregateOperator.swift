/// Aggregations that combine the values of a group one after another: sum, avg, min, max, count,
/// group, stddev, stdvar.
final class AggregateOperator: InstantOperator {
  /// Reads all rows of an operator and returns those of the groups.
  typealias Aggregating = (
    _ source: any InstantOperator, _ groups: SeriesGroups, _ context: QueryContext,
    _ row: inout [Double]
  ) throws(QueryError) -> [Double]

  let heads: SeriesHeads
  private let source: any InstantOperator
  private let groups: SeriesGroups
  private let context: QueryContext
  private let aggregating: Aggregating
  private var rows: [Double]?
  private var position = 0

  init(
    _ source: any InstantOperator, _ groups: SeriesGroups, _ context: QueryContext,
    _ aggregating: @escaping Aggregating
  ) {
    self.source = source
    self.groups = groups
    self.context = context
    self.aggregating = aggregating
    heads = groups.heads
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    if rows == nil { rows = try aggregating(source, groups, context, &row) }
    guard let rows, position < heads.count else { return false }
    let base = position * row.count
    for step in row.indices { row[step] = rows[base + step] }
    position += 1
    return true
  }

  /// The aggregation with an accumulator. A function rather than a generic class, so that the
  /// compiler specialises the loop for each accumulator.
  static func aggregating<Cell: Accumulator>(_ type: Cell.Type) -> Aggregating {
    { (source, groups, context, row) throws(QueryError) in
      let steps = row.count
      try context.requireCapacity(rows: groups.heads.count, steps: steps)
      try context.hold(groups.heads.count * steps)
      var cells = [Cell](repeating: Cell(), count: groups.heads.count * steps)
      var series = 0
      while try source.next(into: &row) {
        try context.checkpoint()
        let base = Int(groups.groupOfSeries[series]) * steps
        series += 1
        var span = cells.mutableSpan
        for step in 0..<steps where row[step].isPresent { span[base + step].add(row[step]) }
      }
      return cells.map(\.result)
    }
  }
}
