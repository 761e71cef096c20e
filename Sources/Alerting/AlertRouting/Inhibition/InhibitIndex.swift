package import MetricModel
package import StorageAPI

/// The alerts that inhibit others, by rule. A pure value that follows the alerts as they change.
///
/// All sources of a rule are stored, so that an alert that matches both sides never hides another
/// source, as it may in Alertmanager.
package struct InhibitIndex: Sendable {
  private struct Rule: Sendable {
    let definition: InhibitRuleDefinition
    /// Sources by their values of the `equal` labels.
    var sources: [[ExactText]: [Labels: Source]] = [:]
  }

  private struct Source: Sendable {
    /// When it ends, and inhibits no more.
    let endsAt: Timestamp
    /// Whether it matches the target side, too.
    let isTarget: Bool

    /// Whether it inhibits a target at an instant. A target that is a source itself is not
    /// inhibited by another such alert.
    func inhibits(isSource: Bool, at now: Timestamp) -> Bool {
      endsAt > now && !(isSource && isTarget)
    }
  }

  private var rules: [Rule]

  /// An index of some rules, without alerts.
  package init(_ definitions: [InhibitRuleDefinition]) {
    rules = definitions.map { Rule(definition: $0) }
  }

  /// Adds an alert, or what is new about it.
  ///
  /// - Complexity: O(rules).
  package mutating func update(_ alert: Alert) {
    for index in rules.indices {
      let definition = rules[index].definition
      guard definition.sourceMatchers.allSatisfy({ $0.matches(alert.labels) }) else { continue }
      let isTarget = definition.targetMatchers.allSatisfy { $0.matches(alert.labels) }
      let values = Self.values(of: definition.equal, in: alert.labels)
      rules[index].sources[values, default: [:]][alert.labels] = Source(
        endsAt: alert.endsAt, isTarget: isTarget)
    }
  }

  /// Removes an alert.
  package mutating func remove(_ labels: Labels) {
    for index in rules.indices {
      let values = Self.values(of: rules[index].definition.equal, in: labels)
      guard rules[index].sources[values]?.removeValue(forKey: labels) != nil else { continue }
      if rules[index].sources[values]?.isEmpty == true { rules[index].sources[values] = nil }
    }
  }

  /// Whether another alert inhibits an alert at an instant.
  package func isInhibited(_ labels: Labels, at now: Timestamp) -> Bool {
    rules.contains { rule in
      guard let sources = Self.sources(of: rule, for: labels) else { return false }
      let isSource = Self.isSource(labels, of: rule)
      return sources.contains { $0.value.inhibits(isSource: isSource, at: now) }
    }
  }

  /// The fingerprints of the alerts that inhibit an alert at an instant, sorted.
  package func inhibitors(of labels: Labels, at now: Timestamp) -> [String] {
    var found: Set<UInt64> = []
    for rule in rules {
      guard let sources = Self.sources(of: rule, for: labels) else { continue }
      let isSource = Self.isSource(labels, of: rule)
      for (source, state) in sources where state.inhibits(isSource: isSource, at: now) {
        found.insert(source.fingerprint)
      }
    }
    return found.map(Fingerprint.text).sorted()
  }

  /// The sources with equal labels, if the alert is a target of the rule.
  private static func sources(of rule: Rule, for labels: Labels) -> [Labels: Source]? {
    guard !rule.sources.isEmpty,
      rule.definition.targetMatchers.allSatisfy({ $0.matches(labels) })
    else { return nil }
    return rule.sources[values(of: rule.definition.equal, in: labels)]
  }

  private static func isSource(_ labels: Labels, of rule: Rule) -> Bool {
    rule.definition.sourceMatchers.allSatisfy { $0.matches(labels) }
  }

  private static func values(of names: [String], in labels: Labels) -> [ExactText] {
    names.map { ExactText(labels[$0] ?? "") }
  }
}
