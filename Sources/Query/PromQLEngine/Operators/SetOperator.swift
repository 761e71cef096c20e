import MetricModel
import PromQLSyntax

/// `and`, `or`, `unless`: selects series of one side by what the other side has in the same group
/// at the same step.
final class SetOperator: InstantOperator {
  let heads: SeriesHeads
  private let operation: BinaryOperator
  private let left: any InstantOperator
  private let right: any InstantOperator
  private let steps: Int
  private let context: QueryContext
  /// The group of each series, left and right.
  private let leftGroups: [Int]
  private let rightGroups: [Int]
  /// Whether a group has a value at a step, on the side that is read first.
  private var presence: [Bool]
  private var isPrepared = false
  private var leftPosition = 0
  private var rightPosition = 0

  init(
    _ node: BinaryExpression, _ left: any InstantOperator, _ right: any InstantOperator,
    steps: Int, _ context: QueryContext
  ) throws(QueryError) {
    operation = node.operation
    self.left = left
    self.right = right
    self.steps = steps
    self.context = context
    var grouping = LabelGrouping(node.matching.groupingRule)
    leftGroups = left.heads.map { grouping.group(of: $0.labels) }
    rightGroups = right.heads.map { grouping.group(of: $0.labels) }
    try context.holdFlags(rows: grouping.groups.count, steps: steps)
    presence = [Bool](repeating: false, count: grouping.groups.count * steps)
    heads = operation == .or ? SeriesHeads(Array(left.heads) + right.heads) : left.heads
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    try context.checkpoint()
    if operation == .or { return try nextOfUnion(into: &row) }
    if !isPrepared { try prepare(&row) }
    guard try left.next(into: &row) else { return false }
    retain(&row, group: leftGroups[leftPosition], whenPresent: operation == .and)
    leftPosition += 1
    return true
  }

  /// Reads the right side for `and` and `unless`.
  private func prepare(_ row: inout [Double]) throws(QueryError) {
    isPrepared = true
    while try right.next(into: &row) {
      try context.checkpoint()
      note(row, group: rightGroups[rightPosition])
      rightPosition += 1
    }
  }

  private func nextOfUnion(into row: inout [Double]) throws(QueryError) -> Bool {
    if leftPosition < leftGroups.count {
      guard try left.next(into: &row) else { return false }
      note(row, group: leftGroups[leftPosition])
      leftPosition += 1
      return true
    }
    guard try right.next(into: &row) else { return false }
    retain(&row, group: rightGroups[rightPosition], whenPresent: false)
    rightPosition += 1
    return true
  }

  private func note(_ row: [Double], group: Int) {
    for step in row.indices where row[step].isPresent { presence[group * steps + step] = true }
  }

  private func retain(_ row: inout [Double], group: Int, whenPresent wanted: Bool) {
    for step in row.indices where presence[group * steps + step] != wanted {
      row[step] = absentValue
    }
  }
}

extension VectorMatching {
  /// How series are grouped for matching.
  var groupingRule: LabelGrouping.Rule {
    isOn ? .retaining(labels) : .removing(labels + [Label.metricName])
  }
}
