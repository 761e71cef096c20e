package import MetricModel

/// A rule group as a rule file states it, with the defaults of the main configuration filled in.
///
/// A plain value: two groups that are equal behave alike, so a reload leaves the running one alone (L2).
package struct RuleGroupDefinition: Sendable, Hashable {
  /// The rule file, as it shall be shown; part of the identity (RF2).
  package var file: String
  /// The name, unique in its file.
  package var name: String
  /// The distance of evaluations; never zero.
  package var interval: PrometheusDuration
  /// How far in the past the queries look, for data that arrives late (G7).
  package var queryOffset: PrometheusDuration
  /// The most series or alerts that one rule may give; 0 is no limit (G9).
  package var limit: Int
  /// Labels that every rule of the group gets, unless it has its own of that name (RF8).
  package var labels: [String: String]
  /// The rules, in the order of the file.
  package var rules: [RuleDefinition]
  /// The line of the group in its file, from 1; 0 if unknown. Not part of the identity.
  package var line: Int

  package init(
    file: String, name: String, interval: PrometheusDuration = .minutes(1),
    queryOffset: PrometheusDuration = .zero, limit: Int = 0, labels: [String: String] = [:],
    rules: [RuleDefinition], line: Int = 0
  ) {
    self.file = file
    self.name = name
    self.interval = interval
    self.queryOffset = queryOffset
    self.limit = limit
    self.labels = labels
    self.rules = rules
    self.line = line
  }

  /// The identity over reloads and restarts, `file;name` (RF2).
  package var key: String { "\(file);\(name)" }

  package static func == (left: RuleGroupDefinition, right: RuleGroupDefinition) -> Bool {
    left.file == right.file && left.name == right.name && left.interval == right.interval
      && left.queryOffset == right.queryOffset && left.limit == right.limit
      && left.labels == right.labels && left.rules == right.rules
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(file)
    hasher.combine(name)
    hasher.combine(rules)
  }
}
