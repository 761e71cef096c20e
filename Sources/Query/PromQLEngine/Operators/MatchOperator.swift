import PromQLSyntax

/// Arithmetic and comparison of two vectors: series of equal groups are matched, step by step.
///
/// The side that may have only one series per group is read first; the other side streams. The
/// result has one series for each pair that may match, and with `fill` one for each series that may
/// remain unmatched.
final class MatchOperator: InstantOperator {
  let heads: SeriesHeads
  private let node: BinaryExpression
  private let many: any InstantOperator
  private let one: SeriesTable
  private let manyIsLeft: Bool
  private let steps: Int
  private let context: QueryContext
  private let outputs: MatchOutputs
  private var validator: MatchValidator

  private var manyRow: [Double]
  private var manyPosition = -1
  private var queue: ArraySlice<MatchOutputs.Output>
  private var leftovers: ArraySlice<MatchOutputs.Output>
  /// Whether the many side has a value in a group at a step; recorded only if that side is filled.
  private var manyPresence: [Bool] = []
  private var outputIndex = 0

  init(
    _ node: BinaryExpression, _ left: any InstantOperator, _ right: any InstantOperator,
    steps: Int, _ context: QueryContext
  ) throws(QueryError) {
    self.node = node
    self.steps = steps
    self.context = context
    manyIsLeft = node.matching.cardinality != .oneToMany
    many = manyIsLeft ? left : right
    one = try SeriesTable(
      draining: manyIsLeft ? right : left, steps: steps, in: context)
    outputs = MatchOutputs(node, many: many.heads, one: one.heads)
    try context.holdFlags(rows: outputs.groupCount, steps: steps)
    validator = MatchValidator(node, outputs, one, many: many.heads)
    heads = SeriesHeads(outputs.all.map(\.head))
    manyRow = [Double](repeating: absentValue, count: steps)
    queue = []
    leftovers = outputs.leftovers[...]
    if fillForMany != nil {
      manyPresence = [Bool](repeating: false, count: outputs.groupCount * steps)
    }
  }

  /// Prometheus fills after it has moved the many side to the left: with `group_right`, `fill_left`
  /// means the right side.
  private var fillForMany: Double? { node.matching.leftFill }
  private var fillForOne: Double? { node.matching.rightFill }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    while queue.isEmpty {
      manyPosition += 1
      guard manyPosition < many.heads.count, try many.next(into: &manyRow) else {
        return try nextLeftover(into: &row)
      }
      try context.checkpoint()
      try noteMany()
      queue = outputs.ofMany[manyPosition][...]
    }
    let output = queue.removeFirst()
    defer { outputIndex += 1 }
    if let partner = output.one {
      try combine(with: partner, into: &row)
    } else {
      try combineWithFill(into: &row)
    }
    return true
  }

  private func noteMany() throws(QueryError) {
    try validator.checkDuplicates(against: manyRow)
    guard !manyPresence.isEmpty else { return }
    let base = outputs.groupOfMany[manyPosition] * steps
    for step in 0..<steps where manyRow[step].isPresent { manyPresence[base + step] = true }
  }

  private func combine(with partner: Int, into row: inout [Double]) throws(QueryError) {
    let group = outputs.groupOfMany[manyPosition]
    for step in 0..<steps {
      let (mine, theirs) = (manyRow[step], one[partner, step])
      guard mine.isPresent, theirs.isPresent else {
        row[step] = absentValue
        continue
      }
      try validator.claim(step: step, group: group, output: outputIndex)
      row[step] = apply(mine, theirs)
    }
  }

  private func combineWithFill(into row: inout [Double]) throws(QueryError) {
    guard let fill = fillForOne else { return }
    let group = outputs.groupOfMany[manyPosition]
    for step in 0..<steps {
      guard manyRow[step].isPresent, !outputs.isOnePresent(group, step, in: one) else {
        row[step] = absentValue
        continue
      }
      try validator.claim(step: step, group: group, output: outputIndex)
      row[step] = apply(manyRow[step], fill)
    }
  }

  /// The next unmatched series of the one side, with the many side filled.
  private func nextLeftover(into row: inout [Double]) throws(QueryError) -> Bool {
    if let fill = fillForMany, let output = leftovers.popFirst(), let partner = output.one {
      try validator.checkDuplicatesAgainstFill()
      let base = outputs.groupOfOne[partner] * steps
      for step in 0..<steps {
        row[step] =
          one[partner, step].isPresent && !manyPresence[base + step]
          ? apply(fill, one[partner, step]) : absentValue
      }
      return true
    }
    return false
  }

  @inline(__always)
  private func apply(_ mine: Double, _ theirs: Double) -> Double {
    let (left, right) = manyIsLeft ? (mine, theirs) : (theirs, mine)
    if node.operation.isComparison, !node.returnsBool {
      return node.operation.holds(left, right) ? left : absentValue
    }
    switch node.operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide: return left / right
    case .trimUpper, .trimLower: return absentValue
    default: return node.operation.apply(left, right)
    }
  }
}
