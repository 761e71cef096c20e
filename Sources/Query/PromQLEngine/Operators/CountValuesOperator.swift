import MetricModel

/// `count_values`: counts the series of a group that have the same value, with the value as a
/// label.
enum CountValues {
  /// Drains the source and creates one series for each group and value.
  static func evaluate(
    _ source: any InstantOperator, _ groups: SeriesGroups, label: String, steps: Int,
    _ context: QueryContext
  ) throws(QueryError) -> RowsOperator {
    var heads: [SeriesHead] = []
    var rows: [[Double]] = []
    var known: [Labels: Int] = [:]
    var row = [Double](repeating: absentValue, count: steps)
    let blank = row
    var series = 0
    while try source.next(into: &row) {
      try context.checkpoint()
      let group = groups.heads[Int(groups.groupOfSeries[series])]
      series += 1
      for step in 0..<steps where row[step].isPresent {
        let labels = group.labels.setting(label, FloatFormat.string(row[step], style: .plain))
        let index = known[labels] ?? heads.count
        if index == heads.count {
          try context.hold(steps)
          known[labels] = index
          heads.append(SeriesHead(labels: labels, dropsName: group.dropsName))
          rows.append(blank)
        }
        rows[index][step] = rows[index][step].isPresent ? rows[index][step] + 1 : 1
      }
    }
    return RowsOperator(heads: heads, rows: rows)
  }
}
