import MetricModel

/// Aggregations that keep some of the series as they are: topk, bottomk, limitk, limit_ratio.
final class SelectionOperator: InstantOperator {
  /// Which series of a group stay at a step.
  enum Choice {
    case largest
    case smallest
    case first
    case ratio
  }

  private(set) var heads: [SeriesHead]
  private let source: any InstantOperator
  private let members: [[Int]]
  private let choice: Choice
  private let parameter: [Double]
  private let context: QueryContext
  private var rows: [[Double]]?
  private var position = 0

  /// Draws everything from the source at once: the order of an instant answer is that of the
  /// values.
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
    let (order, rows) = choose(from: table)
    heads = order.map { table.heads[$0] }
    self.rows = order.map { rows[$0] }
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard let rows, position < rows.count else { return false }
    row = rows[position]
    position += 1
    return true
  }

  /// The rows with only the chosen values, and the order of the series: by value for a single step,
  /// else as they came.
  private func choose(from table: SeriesTable) -> (order: [Int], rows: [[Double]]) {
    let blank = [Double](repeating: absentValue, count: table.steps)
    var rows = [[Double]](repeating: blank, count: table.count)
    var order: [Int] = []
    for group in members {
      for step in 0..<table.steps {
        let candidates = group.filter { table[$0, step].isPresent }
        let chosen = self.chosen(candidates, of: table, at: step)
        for series in chosen { rows[series][step] = table[series, step] }
        if table.steps == 1 { order.append(contentsOf: chosen) }
      }
    }
    return (table.steps == 1 ? order : Array(rows.indices), rows)
  }

  private func chosen(_ candidates: [Int], of table: SeriesTable, at step: Int) -> [Int] {
    let limit = parameter[step]
    switch choice {
    case .ratio:
      return candidates.filter { Self.isWithin(limit, table.heads[$0].labels) }
    case .first:
      return Array(candidates.prefix(Self.count(limit)))
    case .largest, .smallest:
      guard Self.count(limit) > 0 else { return [] }
      let isLargest = choice == .largest
      let sorted = candidates.sorted { left, right in
        let (a, b) = (table[left, step], table[right, step])
        if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? left < right : b.isNaN }
        return a == b ? left < right : (a > b) == isLargest
      }
      return Array(sorted.prefix(Self.count(limit)))
    }
  }

  private static func count(_ limit: Double) -> Int {
    limit < 1 ? 0 : limit >= 0x1p62 ? Int.max : Int(limit)
  }

  /// Whether a series is within a share of all: a fixed hash of its labels, scaled to 0...1, is
  /// below a positive ratio or at least 1 plus a negative one, so that `r` and `r - 1` complement
  /// each other (rule 47).
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
