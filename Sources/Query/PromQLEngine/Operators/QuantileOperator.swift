/// `quantile`: collects the values of each group and interpolates between them.
final class QuantileOperator: InstantOperator {
  let heads: SeriesHeads
  private let source: any InstantOperator
  private let groups: SeriesGroups
  private let parameter: [Double]
  private let context: QueryContext
  private var table: SeriesTable?
  private lazy var members = groups.members
  private var position = 0

  init(
    _ source: any InstantOperator, _ groups: SeriesGroups, parameter: [Double],
    _ context: QueryContext
  ) {
    self.source = source
    self.groups = groups
    self.parameter = parameter
    self.context = context
    heads = groups.heads
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    if table == nil {
      table = try SeriesTable(draining: source, steps: row.count, in: context)
    }
    guard let table, position < heads.count else { return false }
    var values: [Double] = []
    for step in row.indices {
      try context.checkpoint(work: members[position].count)
      values.removeAll(keepingCapacity: true)
      for series in members[position] where table[series, step].isPresent {
        values.append(table[series, step])
      }
      row[step] = values.isEmpty ? absentValue : quantile(parameter[step], of: &values)
    }
    position += 1
    return true
  }
}
