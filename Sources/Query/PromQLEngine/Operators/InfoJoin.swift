import MetricModel
import PromQLSyntax

/// Joins series with their info series, step by step.
struct InfoJoin {
  /// The labels that identify what a series is about.
  private static let identity = ["instance", "job"]

  private let criteria: InfoCriteria
  /// Rows of sample times; where two info series of a name match, the newest one is used.
  private let table: SeriesTable
  private let context: QueryContext
  private var grouping = LabelGrouping(.retaining(identity))
  private var infosOfGroup: [[Int]] = []

  init(_ criteria: InfoCriteria, _ table: SeriesTable, _ context: QueryContext) {
    self.criteria = criteria
    self.table = table
    self.context = context
    for (index, head) in table.heads.enumerated() {
      let group = grouping.group(of: head.labels)
      if group == infosOfGroup.count { infosOfGroup.append([]) }
      infosOfGroup[group].append(index)
    }
  }

  /// The series with their new labels.
  mutating func join(
    _ base: any InstantOperator, at range: SourceRange
  ) throws(QueryError) -> RowsOperator {
    var heads: [SeriesHead] = []
    var rows: [[Double]] = []
    var row = [Double](repeating: absentValue, count: table.steps)
    let blank = row
    var series = 0
    while try base.next(into: &row) {
      try context.checkpoint()
      let head = base.heads[series]
      series += 1
      var known: [Labels: Int] = [:]
      for step in row.indices where row[step].isPresent {
        guard let labels = try labels(of: head.labels, at: step, range) else { continue }
        let index = known[labels] ?? heads.count
        if index == heads.count {
          try context.hold(table.steps)
          known[labels] = index
          heads.append(SeriesHead(labels: labels, dropsName: head.dropsName))
          rows.append(blank)
        }
        rows[index][step] = row[step]
      }
    }
    return RowsOperator(heads: heads, rows: rows)
  }

  /// The labels of a series at a step; nil if it is left out there.
  private mutating func labels(
    of base: Labels, at step: Int, _ range: SourceRange
  ) throws(QueryError) -> Labels? {
    if criteria.isInfo(base) { return base }
    let newest = Self.identity.contains { base[$0] != nil } ? newestInfos(of: base, at: step) : []
    guard !newest.isEmpty else { return criteria.admitsNothing ? base : nil }
    var added: [ExactText: String] = [:]
    for info in newest {
      for label in table.heads[info].labels
      where label.name != Label.metricName && criteria.wants(label.name)
        && base[label.name] == nil
      {
        if let other = added[ExactText(label.name)], !other.isExactly(label.value) {
          throw .failed(
            "conflicting label: \(label.name) has values \(other) and \(label.value)", at: range)
        }
        added[ExactText(label.name)] = label.value
      }
    }
    return base.merging(Labels(added.map { ($0.key.string, $0.value) }))
  }

  /// For each info metric, the series with the newest sample.
  private mutating func newestInfos(of base: Labels, at step: Int) -> [Int] {
    guard let group = grouping.existingGroup(of: base) else { return [] }
    var newest: [ExactText: Int] = [:]
    for info in infosOfGroup[group] where table[info, step].isPresent {
      let name = ExactText(table.heads[info].labels.metricName ?? "")
      if let other = newest[name], table[other, step] >= table[info, step] { continue }
      newest[name] = info
    }
    return newest.sorted { $0.key < $1.key }.map(\.value)
  }
}
