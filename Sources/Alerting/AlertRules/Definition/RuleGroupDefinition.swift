import MetricModel

/// A rule group as a rule file states it, with the defaults of the main configuration filled in.
///
/// Two groups that are equal behave alike, so a reload leaves the running one untouched.
package struct RuleGroupDefinition: Sendable, Hashable {
  /// The path of the rule file as it is shown; part of the identity.
  package var file: String
  /// The name, unique in its file.
  package var name: String
  /// The time between evaluations; never zero.
  package var interval: Duration
  /// How far in the past the queries are evaluated, for samples that arrive late.
  package var queryOffset: Duration
  /// The highest number of series or alerts of one rule; 0 is no limit.
  package var limit: Int
  /// Labels of every rule of the group that has none of that name.
  package var labels: [String: String]
  /// The rules, in the order of the file.
  package var rules: [RuleDefinition]
  /// The line of the group in its file, from 1; 0 if unknown. Not part of the identity.
  package var line: Int

  package init(
    file: String, name: String, interval: Duration = .minutes(1),
    queryOffset: Duration = .zero, limit: Int = 0, labels: [String: String] = [:],
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

  /// The identity across reloads and restarts: `file;name`.
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
