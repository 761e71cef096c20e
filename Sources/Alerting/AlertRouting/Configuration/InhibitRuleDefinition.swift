package import MetricModel

/// A rule by which some alerts keep quiet while others fire (IN1).
package struct InhibitRuleDefinition: Sendable, Hashable {
  /// An optional name, for explanations.
  package var name: String?
  /// What the alerts that keep others quiet fulfil.
  package var sourceMatchers: [LabelMatcher] = []
  /// What the alerts that are kept quiet fulfil.
  package var targetMatchers: [LabelMatcher] = []
  /// Labels in which both must agree; a missing one counts as empty.
  package var equal: [String] = []
  /// The line in the file, from 1; 0 if unknown.
  package var line = 0

  package init() {}
}
