import MetricModel
import PromQLSyntax

/// The series that a vector match yields: the pairs of series that may match, and those that a fill
/// may complete.
struct MatchOutputs {
  /// One series of the result.
  struct Output {
    var head: SeriesHead
    /// The series of the one side; nil if that side is filled.
    var one: Int?
  }

  /// The results of each series of the many side.
  private(set) var ofMany: [[Output]] = []
  /// The results of series of the one side when the many side is filled.
  private(set) var leftovers: [Output] = []
  private(set) var groupOfMany: [Int] = []
  private(set) var groupOfOne: [Int] = []
  /// The series of the one side, by group.
  private(set) var onesOfGroup: [[Int]]
  /// The labels of the groups.
  let groups: [Labels]

  init(_ node: BinaryExpression, many: SeriesHeads, one: SeriesHeads) {
    var grouping = LabelGrouping(node.matching.groupingRule)
    groupOfOne = one.map { grouping.group(of: $0.labels) }
    groupOfMany = many.map { grouping.group(of: $0.labels) }
    groups = grouping.groups
    onesOfGroup = [[Int]](repeating: [], count: groups.count)
    for (series, group) in groupOfOne.enumerated() { onesOfGroup[group].append(series) }
    let fillsOne = node.matching.rightFill != nil
    let fillsMany = node.matching.leftFill != nil
    let builder = ResultLabelBuilder(node)
    for (series, head) in many.enumerated() {
      let group = groupOfMany[series]
      var outputs = onesOfGroup[group].map { partner in
        Output(head: builder.head(many: head, one: one[partner].labels), one: partner)
      }
      if fillsOne { outputs.append(Output(head: builder.head(many: head, one: groups[group]))) }
      ofMany.append(outputs)
    }
    guard fillsMany else { return }
    for (series, head) in one.enumerated() {
      let blank = SeriesHead(labels: groups[groupOfOne[series]])
      leftovers.append(
        Output(head: builder.head(many: blank, one: head.labels), one: series))
    }
  }

  /// How many groups there are.
  var groupCount: Int { groups.count }

  /// All series of the result, in the order in which they are yielded.
  var all: [Output] { ofMany.flatMap { $0 } + leftovers }

  /// Whether the one side has a value in a group at a step.
  func isOnePresent(_ group: Int, _ step: Int, in one: SeriesTable) -> Bool {
    onesOfGroup[group].contains { one[$0, step].isPresent }
  }
}
