import MetricModel
import PromQLSyntax

extension FunctionTable {
  /// `info`: adds labels of info metrics that are about the same job and instance.
  static let information: [Function] = [
    Function(
      signature: FunctionSignature("info", [.vector, .vector], variadic: .optional(1)),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        let base = try await planner.vector(call.arguments[0], on: grid)
        let criteria = InfoCriteria(call)
        var selector = VectorSelector(name: nil, matchers: criteria.allMatchers)
        let shift = call.arguments[0].timeShift(planner.context)
        selector.at = shift.pinned.map { .time(Timestamp(rawValue: $0)) }
        selector.offset = .literal(Double(shift.offset) / 1000)
        let infos = try await planner.select(selector, on: grid, yielding: .timestamps)
        let table = try SeriesTable(draining: infos, steps: grid.count, in: planner.context)
        var join = InfoJoin(criteria, table, planner.context)
        return try join.join(base, at: call.range)
      })
  ]
}

/// What the second argument of `info` asks for.
struct InfoCriteria {
  /// Conditions on the names of info metrics.
  private(set) var nameMatchers: [LabelMatcher]
  /// Conditions on their labels; the labels they name are those that are added.
  private(set) var dataMatchers: [LabelMatcher] = []

  init(_ call: FunctionCall) {
    var names: [LabelMatcher] = []
    if call.arguments.count > 1, case .selector(let selector) = call.arguments[1].unwrapped {
      names = selector.allMatchers.filter { $0.name == Label.metricName }
      dataMatchers = selector.matchers.filter { $0.name != Label.metricName }
    }
    let isOnlyNegative = names.allSatisfy {
      $0.operation == .notEqual || $0.operation == .notMatches
    }
    if names.isEmpty {
      names = [LabelMatcher(Label.metricName, equals: "target_info")]
    } else if isOnlyNegative, let any = try? LabelMatcher(Label.metricName, .matches, ".+_info") {
      names.append(any)
    }
    nameMatchers = names
  }

  /// All conditions on info series.
  var allMatchers: [LabelMatcher] { nameMatchers + dataMatchers }

  /// Whether a series is an info series itself, which gets no labels.
  func isInfo(_ labels: Labels) -> Bool { nameMatchers.allSatisfy { $0.matches(labels) } }

  /// Whether a series may stay that no info series is about.
  var admitsNothing: Bool { dataMatchers.allSatisfy(\.matchesEmpty) }

  /// Whether a label of an info series is wanted.
  func wants(_ name: String) -> Bool {
    dataMatchers.isEmpty || dataMatchers.contains { $0.name == name }
  }
}

/// Joins series with the info series about them, step by step.
struct InfoJoin {
  /// The labels that say what a series is about.
  private static let identity = ["instance", "job"]

  private let criteria: InfoCriteria
  /// Rows of the samples' times; the newest wins where two of a name are about the same.
  private let table: SeriesTable
  private let context: QueryContext
  private var grouping = LabelGrouping(.keeping(identity))
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
    var added: [String: String] = [:]
    for info in newest {
      for label in table.heads[info].labels
      where label.name != Label.metricName && criteria.wants(label.name)
        && base[label.name] == nil
      {
        if let other = added[label.name], other != label.value {
          throw .failed(
            "conflicting label: \(label.name) has values \(other) and \(label.value)", at: range)
        }
        added[label.name] = label.value
      }
    }
    return base.merging(Labels(added))
  }

  /// Of each info metric, the series with the newest sample.
  private mutating func newestInfos(of base: Labels, at step: Int) -> [Int] {
    guard let group = grouping.existingGroup(of: base) else { return [] }
    var newest: [String: Int] = [:]
    for info in infosOfGroup[group] where table[info, step].isPresent {
      let name = table.heads[info].labels.metricName ?? ""
      if let other = newest[name], table[other, step] >= table[info, step] { continue }
      newest[name] = info
    }
    return newest.sorted { $0.key < $1.key }.map(\.value)
  }
}

extension Expression {
  /// By how much the samples of the first selector lie away from the evaluation time, or the instant that pins them.
  fileprivate func timeShift(_ context: QueryContext) -> (pinned: Int64?, offset: Int64) {
    switch self {
    case .selector(let node):
      return (node.at.map(context.time), context.milliseconds(node.offset))
    case .matrix(let node):
      return (node.selector.at.map(context.time), context.milliseconds(node.selector.offset))
    case .subquery(let node):
      let inner = node.expression.timeShift(context)
      if inner.pinned != nil { return inner }
      return (node.at.map(context.time), inner.offset + context.milliseconds(node.offset))
    default:
      return children.first { !$0.selectors.isEmpty }?.timeShift(context) ?? (nil, 0)
    }
  }
}
