import MetricModel
import PromQLSyntax
import StorageAPI

/// Combines the `le` series of classic histograms and evaluates a function of the buckets at every
/// step.
final class BucketOperator: InstantOperator {
  let heads: SeriesHeads
  private let table: SeriesTable
  private let members: [[(bound: Double, series: Int)]]
  private let function: (inout ClassicBuckets, Int) -> Double
  private let grid: StepGrid
  private let context: QueryContext
  private let range: SourceRange
  private let names: [String?]
  private var position = 0

  /// The function gets the buckets and the index of the step; `range` is the argument's, for
  /// warnings. The label, if any, is set on every resulting series.
  init(
    _ table: SeriesTable, on grid: StepGrid, at range: SourceRange, label: Label? = nil,
    _ context: QueryContext, _ function: @escaping (inout ClassicBuckets, Int) -> Double
  ) {
    self.grid = grid
    self.function = function
    self.context = context
    self.range = range
    self.table = table
    var grouping = LabelGrouping(.removing(["le"]))
    var members: [[(bound: Double, series: Int)]] = []
    var names: [String?] = []
    for (series, head) in table.heads.enumerated() {
      guard let bound = Double(head.labels["le"] ?? "") else {
        let hasValue = (0..<table.steps).contains { table[series, $0].isPresent }
        if hasValue { Self.warnOfBound(of: head, at: range, context) }
        continue
      }
      let group = grouping.group(of: head.labels)
      if group == members.count {
        members.append([])
        names.append(head.labels.metricName)
      }
      members[group].append((bound, series))
    }
    self.members = members
    self.names = names
    let answers = grouping.groups.map { labels in
      label.map { labels.setting($0.name, $0.value) } ?? labels
    }
    heads = SeriesHeads(SeriesSet(answers), dropsNames: true)
  }

  private static func warnOfBound(
    of head: SeriesHead, at range: SourceRange, _ context: QueryContext
  ) {
    context.warn(
      "bucket label \"le\" is missing or has a malformed value of "
        + Expression.quoted(head.labels["le"] ?? "")
        + (head.labels.metricName.map { " for metric name \(Expression.quoted($0))" } ?? ""),
      at: range)
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard position < members.count else { return false }
    for step in row.indices {
      try context.checkpoint(work: members[position].count)
      let present = members[position].filter { table[$0.series, step].isPresent }
      guard !present.isEmpty else {
        row[step] = absentValue
        continue
      }
      var buckets = ClassicBuckets(
        present.map { .init(upperBound: $0.bound, count: table[$0.series, step]) })
      row[step] = function(&buckets, step)
      if let forced = buckets.forced { note(forced, at: grid.time(step)) }
    }
    position += 1
    return true
  }

  private func note(_ forced: ForcedBuckets, at time: Int64) {
    var forced = forced
    forced.times = time...time
    context.inform(
      "input to histogram_quantile needed to be fixed for monotonicity "
        + "(see https://prometheus.io/docs/prometheus/latest/querying/functions/"
        + "#histogram_quantile)"
        + (names[position].map { " for metric name \(Expression.quoted($0))" } ?? ""), forced,
      at: range)
  }
}
