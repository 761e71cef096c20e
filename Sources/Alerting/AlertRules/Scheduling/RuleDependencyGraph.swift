import MetricModel
import PromQLSyntax

/// Which groups read the metrics of a scrape, and which read the metrics that another group writes,
/// by metric name.
///
/// It contains the groups with alerts and the groups that record what those read. A group with a
/// `query_offset` reads no new samples, and so depends on nothing.
struct RuleDependencyGraph: Sendable {
  /// The metrics that a group reads and writes.
  private struct Node: Sendable {
    var names: Set<String> = []
    /// The matchers on the metric name of each selector without a fixed name; an empty list matches
    /// every metric.
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
        guard group.queryOffset == .zero else { continue }
        for selector in rule.expression.tree.selectors { read(selector) }
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
  private let nodes: [Node]
  /// The groups that read what a group writes, by key; cycles are cut.
  private let dependents: [String: [String]]

  /// - Complexity: O(groups²) comparisons of names.
  init(_ groups: [RuleGroupDefinition]) {
    let all = groups.map(Node.init)
    var edges = all.indices.map { from in
      all.indices.filter { $0 != from && all[$0].reads(anyOf: all[from].writes) }
    }
    let wanted = all.indices.filter { all[$0].hasAlert }
    let relevant = all.indices.filter { from in
      wanted.contains { $0 == from || Self.leads(from, to: $0, along: edges) }
    }
    for from in all.indices {
      edges[from] = edges[from].filter {
        relevant.contains($0) && !Self.leads($0, to: from, along: edges)
      }
    }
    keys = relevant.map { groups[$0].key }
    nodes = relevant.map { all[$0] }
    dependents = Dictionary(
      relevant.map { (groups[$0].key, edges[$0].map { groups[$0].key }) }, uniquingKeysWith: { $1 })
  }

  /// The keys of the groups that read one of these metrics, in the order of the files.
  func groups(readingAnyOf names: Set<String>) -> [String] {
    zip(keys, nodes).filter { $1.reads(anyOf: names) }.map(\.0)
  }

  /// The keys of the groups that read what a group writes. The graph has no cycles.
  func groups(dependingOn key: String) -> [String] { dependents[key] ?? [] }

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
