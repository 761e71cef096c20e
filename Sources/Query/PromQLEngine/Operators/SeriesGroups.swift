/// Which group each series of an operator belongs to.
struct SeriesGroups {
  /// The group's number, by series.
  private(set) var groupOfSeries: [Int] = []
  /// The heads of the groups.
  private(set) var heads: [SeriesHead]

  /// Groups series as `by` or `without` say; a group's name falls if that of any of its series
  /// does.
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
