import MetricModel
import PromQLSyntax

/// Checks that a vector match is unambiguous at every step.
struct MatchValidator {
  private let node: BinaryExpression
  private let steps: Int
  private let isOneToOne: Bool
  /// Two series of the one side that are in the same group at a step.
  private struct Duplicate {
    let group: Labels
    let pair: [Labels]
  }
  private var duplicates: [Int: Duplicate] = [:]
  /// One-to-one: whether a group has a match at a step. Otherwise the same for labels that several
  /// outputs share.
  private var claimed: [Bool]
  /// For outputs that share their labels with others, the index of those labels.
  private var sharedLabels: [Int: Int] = [:]

  init(
    _ node: BinaryExpression, _ outputs: MatchOutputs, _ one: SeriesTable, many: SeriesHeads
  ) {
    self.node = node
    steps = one.steps
    isOneToOne = node.matching.cardinality == .oneToOne
    claimed = []
    if isOneToOne {
      claimed = [Bool](repeating: false, count: outputs.groupCount * steps)
    } else {
      findSharedLabels(in: outputs)
    }
    for group in outputs.onesOfGroup.indices where outputs.onesOfGroup[group].count > 1 {
      findDuplicates(outputs.onesOfGroup[group], outputs.groups[group], one)
    }
  }

  private mutating func findSharedLabels(in outputs: MatchOutputs) {
    var numbers: [Labels: Int] = [:]
    let all = outputs.all
    for output in all { numbers[output.head.labels, default: 0] += 1 }
    var slots: [Labels: Int] = [:]
    for (index, output) in all.enumerated() where numbers[output.head.labels, default: 0] > 1 {
      let slot = slots[output.head.labels] ?? slots.count
      slots[output.head.labels] = slot
      sharedLabels[index] = slot
    }
    claimed = [Bool](repeating: false, count: slots.count * steps)
  }

  private mutating func findDuplicates(_ series: [Int], _ group: Labels, _ one: SeriesTable) {
    for step in 0..<steps {
      let present = series.filter { one[$0, step].isPresent }
      guard present.count > 1 else { continue }
      duplicates[step] = Duplicate(
        group: group, pair: [one.heads[present[0]].labels, one.heads[present[1]].labels])
    }
  }

  private func failure(_ duplicate: Duplicate) -> QueryError {
    let pair = duplicate.pair.map(\.setText).sorted()
    let side = node.matching.cardinality == .oneToMany ? "left" : "right"
    return .failed(
      "found duplicate series for the match group \(duplicate.group.setText) on the \(side) hand-side "
        + "of the operation: [\(pair.joined(separator: ", "))]"
        + ";many-to-many matching not allowed: matching labels must be unique on one side",
      at: node.range)
  }

  /// Fails if a row of the many side has a value at a step at which the one side is ambiguous.
  func checkDuplicates(against row: [Double]) throws(QueryError) {
    for (step, duplicate) in duplicates where row[step].isPresent { throw failure(duplicate) }
  }

  /// Fails if the one side is ambiguous at any step, since a filled many side is present
  /// everywhere.
  func checkDuplicatesAgainstFill() throws(QueryError) {
    if let duplicate = duplicates.first?.value { throw failure(duplicate) }
  }

  /// Records a match; a second one of the same group, or with the same labels, fails.
  mutating func claim(step: Int, group: Int, output: Int) throws(QueryError) {
    let slot: Int
    if isOneToOne {
      slot = group * steps + step
    } else {
      guard let shared = sharedLabels[output] else { return }
      slot = shared * steps + step
    }
    guard claimed[slot] else {
      claimed[slot] = true
      return
    }
    throw .failed(
      isOneToOne
        ? "multiple matches for labels: many-to-one matching must be explicit "
          + "(group_left/group_right)"
        : "multiple matches for labels: grouping labels must ensure unique matches",
      at: node.range)
  }
}

extension Labels {
  /// All labels in braces, including the metric name.
  var setText: String {
    let items = map { label in
      "\(label.name)=\(Expression.quoted(label.value))"
    }
    return "{\(items.joined(separator: ", "))}"
  }
}
