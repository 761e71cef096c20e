import AlertRules
import MetricModel
import WebServer

/// The filter of `/api/v1/rules`: one value of each parameter must match, as in Prometheus.
struct RuleFilter {
  private let files: Set<String>
  private let groups: Set<String>
  private let names: Set<String>
  private let matcherSets: [[LabelMatcher]]
  private let wantsAlerts: Bool
  private let wantsRecords: Bool

  init(_ parameters: RequestParameters) throws(APIError) {
    files = Set(parameters.list("file"))
    groups = Set(parameters.list("rule_group"))
    names = Set(parameters.list("rule_name"))
    matcherSets = try parameters.matcherSets()
    let type = parameters["type"]
    switch type {
    case nil, "alert", "record": break
    case let text?: throw .invalidParameter("type", "not supported value \"\(text)\"")
    }
    wantsAlerts = type != "record"
    wantsRecords = type != "alert"
  }

  /// The rules of a group that match; `nil` if there are none.
  func rules(of group: RuleGroupSnapshot) -> [RuleSnapshot]? {
    guard files.isEmpty || files.contains(group.file) else { return nil }
    guard groups.isEmpty || groups.contains(group.name) else { return nil }
    let rules = group.rules.filter(isWanted)
    return rules.isEmpty && !group.rules.isEmpty ? nil : rules
  }

  private func isWanted(_ rule: RuleSnapshot) -> Bool {
    guard rule.isAlerting ? wantsAlerts : wantsRecords else { return false }
    guard names.isEmpty || names.contains(rule.definition.name) else { return false }
    guard !matcherSets.isEmpty else { return true }
    // Labels with a template have no value yet that could be matched.
    let labels = Labels(rule.labels.filter { !$0.value.contains("{{") })
    return matcherSets.contains { matchers in matchers.allSatisfy { $0.matches(labels) } }
  }
}
