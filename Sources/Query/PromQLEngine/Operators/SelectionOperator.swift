import MetricModel

/// Aggregations that select some of the series unchanged: topk, bottomk, limitk, limit_ratio.
final class SelectionOperator: InstantOperator {
  /// The criterion for selecting series of a group at a step.
  enum Choice {
    case largest
    case smallest
    case first
    case ratio
  }

  private(set) var heads: SeriesHeads
  private let source: any InstantOperator
  private let members: [[Int]]
  private let choice: Choice
  private let parameter: [Double]
  private let context: QueryContext
  private var rows: [[Double]]?
  private var position = 0

  /// Drains the source at once: the order of an instant result is that of the values.
  init(
    _ source: any InstantOperator, _ groups: SeriesGroups, _ choice: Choice,
    parameter: [Double], _ context: QueryContext
  ) throws(QueryError) {
    self.source = source
    self.choice = choice
    self.parameter = parameter
    self.context = context
    members = groups.members
    heads = []
    let table = try SeriesTable(draining: source, steps: parameter.count, in: context)
    let (order, rows) = try choose(from: table)
    heads = SeriesHeads(order.map { table.heads[$0] })
    self.rows = rows
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard let rows, position < rows.count else { return false }
    row = rows[position]
    position += 1
    return true
  }

  /// The rows with only the selected values, and their series: by value for a single step, else in
  /// the order of the source; series that are never selected are left out.
  private func choose(
    from table: SeriesTable
  ) throws(QueryError) -> (order: [Int], rows: [[Double]]) {
    var order: [Int] = []
    let blank = [Double](repeating: absentValue, count: table.steps)
    var rows = [[Double]](repeating: [], count: table.count)
    for group in members {
      for (step, series) in try chosen(group, of: table).enumerated() {
        for one in series {
          if rows[one].isEmpty {
            rows[one] = blank
            order.append(one)
          }
          rows[one][step] = table[one, step]
        }
      }
    }
    if table.steps > 1 { order.sort() }
    return (order, order.map { rows[$0] })
  }

  /// The selected series of a group at each step, the best first.
  ///
  /// - Complexity: O(series * steps); rows are read sequentially.
  private func chosen(
    _ group: [Int], of table: SeriesTable
  ) throws(QueryError) -> [[Int]] {
    switch choice {
    case .first, .ratio:
      var chosen: [[Int]] = []
      for (step, limit) in parameter.enumerated() {
        try context.checkpoint(work: group.count)
        let present = group.lazy.filter { table[$0, step].isPresent }
        chosen.append(
          choice == .first
            ? Array(present.prefix(Self.count(limit)))
            : present.filter { Self.isWithin(limit, table.heads[$0].labels) })
      }
      return chosen
    case .largest, .smallest:
      var rankings = parameter.map {
        BoundedRanking(
          of: table.heads, limit: Self.count($0), isDescending: choice == .largest)
      }
      for series in group {
        try context.checkpoint(work: table.steps)
        for step in 0..<table.steps where table[series, step].isPresent {
          rankings[step].offer(table[series, step], of: series)
        }
      }
      return rankings.map(\.sorted)
    }
  }

  private static func count(_ limit: Double) -> Int {
    limit < 1 ? 0 : limit >= 0x1p62 ? Int.max : Int(limit)
  }

  /// Whether a series belongs to a fraction of all: a fixed hash of its labels, scaled to 0...1, is
  /// below a positive ratio or at least 1 plus a negative one, so that `r` and `r - 1` complement
  /// each other.
  static func isWithin(_ ratio: Double, _ labels: Labels) -> Bool {
    // The fingerprint's low bits are well mixed, its high bits less so for short texts.
    var hash = labels.fingerprint
    hash ^= hash >> 33
    hash &*= 0xff51_afd7_ed55_8ccd
    hash ^= hash >> 33
    let share = Double(hash >> 11) / Double(UInt64(1) << 53)
    return ratio >= 0 ? share < ratio : share >= 1 + ratio
  }
}
