/// Aggregations that fold the values of a group one after another: sum, avg, min, max, count, group, stddev, stdvar.
final class FoldOperator<Folding: Accumulator>: InstantOperator {
  let heads: [SeriesHead]
  private let source: any InstantOperator
  private let groups: SeriesGroups
  private let context: QueryContext
  private var cells: [Folding]?
  private var position = 0

  init(_ source: any InstantOperator, _ groups: SeriesGroups, _ context: QueryContext) {
    self.source = source
    self.groups = groups
    self.context = context
    heads = groups.heads
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    if cells == nil { try fold(&row) }
    guard let cells, position < heads.count else { return false }
    let base = position * row.count
    for step in row.indices { row[step] = cells[base + step].result }
    position += 1
    return true
  }

  private func fold(_ row: inout [Double]) throws(QueryError) {
    let steps = row.count
    try context.requireRoom(rows: heads.count, steps: steps)
    try context.hold(heads.count * steps)
    var cells = [Folding](repeating: Folding(), count: heads.count * steps)
    var series = 0
    while try source.next(into: &row) {
      try context.checkpoint()
      let base = groups.groupOfSeries[series] * steps
      for step in 0..<steps where row[step].isPresent { cells[base + step].add(row[step]) }
      series += 1
    }
    self.cells = cells
  }
}

/// Which group each series of an operator belongs to.
struct SeriesGroups {
  /// The group's number, by series.
  private(set) var groupOfSeries: [Int] = []
  /// The heads of the groups.
  private(set) var heads: [SeriesHead]

  /// Groups series as `by` or `without` say; a group's name falls if that of any of its series does.
  init(_ series: [SeriesHead], by labels: [String], isWithout: Bool) {
    var grouping = LabelGrouping(
      isWithout ? .removing(labels + SeriesHead.nameLabels) : .keeping(labels))
    groupOfSeries.reserveCapacity(series.count)
    var drops: [Bool] = []
    for head in series {
      let group = grouping.group(of: head.labels)
      if group == drops.count { drops.append(false) }
      if head.dropsName { drops[group] = true }
      groupOfSeries.append(group)
    }
    heads = zip(grouping.groups, drops).map { SeriesHead(labels: $0, dropsName: $1) }
  }

  /// The numbers of the series of each group.
  var members: [[Int]] {
    var members = [[Int]](repeating: [], count: heads.count)
    for (series, group) in groupOfSeries.enumerated() { members[group].append(series) }
    return members
  }
}
