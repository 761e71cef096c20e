import MetricModel
import PromQLEngine
import PromQLSyntax

/// Which groups a scrape feeds, and which a group feeds, by the names of the metrics that they read and write.
///
/// Only groups on which an alert hangs count: those that have one, and those that record what such a group reads. A group that looks into the
/// past by `query_offset` is fed by nobody, for what has just come is not what it reads.
struct RuleDependencyGraph: Sendable {
  /// What a group reads and writes.
  private struct Feed: Sendable {
    var names: Set<String> = []
    /// Conditions on the name of selectors that do not say it; one without any reads everything.
    var conditions: [[LabelMatcher]] = []
    var writes: Set<String> = []
    var hasAlert = false

    init(_ group: RuleGroupDefinition) {
      for rule in group.rules {
        switch rule.kind {
        case .record(let name): writes.insert(name)
        case .alert:
          hasAlert = true
          writes.formUnion(["ALERTS", "ALERTS_FOR_STATE"])
        }
        // What does not parse has been told when the files were read.
        guard group.queryOffset == .zero,
          let expression = try? QueryEngine.parse(rule.expression)
        else { continue }
        for selector in expression.selectors { read(selector) }
      }
    }

    private mutating func read(_ selector: VectorSelector) {
      if let name = selector.name {
        names.insert(name)
      } else {
        conditions.append(selector.matchers.filter { $0.name == Label.metricName })
      }
    }

    func reads(anyOf given: Set<String>) -> Bool {
      if !names.isDisjoint(with: given) { return true }
      return conditions.contains { matchers in
        given.contains { name in matchers.allSatisfy { $0.matches(name) } }
      }
    }
  }

  private let keys: [String]
  private let feeds: [Feed]
  /// For each group those that read what it writes, without the ones that it reads itself, over however many groups.
  private let followers: [String: [String]]

  /// Reads the expressions of all groups; costs a parse for each rule, and a comparison of names for each two groups.
  init(_ groups: [RuleGroupDefinition]) {
    let all = groups.map(Feed.init)
    var edges = all.indices.map { from in
      all.indices.filter { $0 != from && all[$0].reads(anyOf: all[from].writes) }
    }
    let wanted = all.indices.filter { all[$0].hasAlert }
    let feeding = all.indices.filter { from in
      wanted.contains { $0 == from || Self.leads(from, to: $0, along: edges) }
    }
    for from in all.indices {
      edges[from] = edges[from].filter {
        feeding.contains($0) && !Self.leads($0, to: from, along: edges)
      }
    }
    keys = feeding.map { groups[$0].key }
    feeds = feeding.map { all[$0] }
    followers = Dictionary(
      feeding.map { (groups[$0].key, edges[$0].map { groups[$0].key }) }, uniquingKeysWith: { $1 })
  }

  /// The keys of the groups that read a metric of these names, in the order of the files.
  func groups(readingAnyOf names: Set<String>) -> [String] {
    zip(keys, feeds).filter { $1.reads(anyOf: names) }.map(\.0)
  }

  /// The keys of the groups that read what a group writes. Following them from group to group comes to an end.
  func groups(following key: String) -> [String] { followers[key] ?? [] }

  private static func leads(_ from: Int, to goal: Int, along edges: [[Int]]) -> Bool {
    var seen: Set<Int> = []
    var open = edges[from]
    while let next = open.popLast() {
      if next == goal { return true }
      if seen.insert(next).inserted { open += edges[next] }
    }
    return false
  }
}
