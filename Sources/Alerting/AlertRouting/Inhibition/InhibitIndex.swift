package import MetricModel
package import StorageAPI

/// Which of the alerts of an instant keep which others quiet (IN1-IN5).
///
/// Made once for all groups that are flushed together. All sources are kept per rule, so that an alert that matches both sides
/// never hides another source (IN5).
package struct InhibitIndex: Sendable {
  private struct Rule: Sendable {
    let definition: InhibitRuleDefinition
    /// Sources by their values of the `equal` labels.
    var sources: [[ExactText]: [Source]] = [:]
  }

  private struct Source: Sendable {
    let fingerprint: UInt64
    let isTarget: Bool
  }

  private let rules: [Rule]

  /// Looks through the alerts that fire at an instant.
  ///
  /// - Complexity: O(rules x alerts).
  package init(
    _ definitions: [InhibitRuleDefinition], alerts: some Collection<Alert>, at now: Timestamp
  ) {
    rules = definitions.map { definition in
      var rule = Rule(definition: definition)
      for alert in alerts where !alert.isResolved(at: now) {
        guard definition.sourceMatchers.allSatisfy({ $0.matches(alert.labels) }) else { continue }
        let isTarget = definition.targetMatchers.allSatisfy { $0.matches(alert.labels) }
        let source = Source(fingerprint: alert.labels.fingerprint, isTarget: isTarget)
        rule.sources[Self.values(of: definition.equal, in: alert.labels), default: []]
          .append(source)
      }
      return rule
    }
  }

  /// Whether anything keeps an alert quiet.
  package func isInhibited(_ labels: Labels) -> Bool { !inhibitors(of: labels).isEmpty }

  /// The fingerprints of the alerts that keep an alert quiet, sorted (IN4).
  package func inhibitors(of labels: Labels) -> [String] {
    var found: Set<UInt64> = []
    for rule in rules where !rule.sources.isEmpty {
      guard rule.definition.targetMatchers.allSatisfy({ $0.matches(labels) }) else { continue }
      let sources = rule.sources[Self.values(of: rule.definition.equal, in: labels)] ?? []
      guard !sources.isEmpty else { continue }
      // An alert on both sides is not kept quiet by another such (IN2).
      let isSource = rule.definition.sourceMatchers.allSatisfy { $0.matches(labels) }
      for source in sources where !(isSource && source.isTarget) {
        found.insert(source.fingerprint)
      }
    }
    return found.map(Fingerprint.text).sorted()
  }

  private static func values(of names: [String], in labels: Labels) -> [ExactText] {
    names.map { ExactText(labels[$0] ?? "") }
  }
}
