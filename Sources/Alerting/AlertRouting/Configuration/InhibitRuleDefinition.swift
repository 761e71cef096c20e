package import MetricModel

/// A rule by which some alerts inhibit others while they fire.
package struct InhibitRuleDefinition: Sendable, Hashable {
  /// An optional name, for explanations.
  package var name: String?
  /// The alerts that inhibit others match all of these.
  package var sourceMatchers: [LabelMatcher] = []
  /// The alerts that are inhibited match all of these.
  package var targetMatchers: [LabelMatcher] = []
  /// Labels whose values must be equal; a missing one counts as empty.
  package var equal: [String] = []
  /// The line in the file, from 1; 0 if unknown.
  package var line = 0

  /// A rule without matchers.
  package init() {}
}
