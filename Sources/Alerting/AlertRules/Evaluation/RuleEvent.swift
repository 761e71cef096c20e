package import MetricModel

/// An event of rule evaluation, for the event log.
package enum RuleEvent: Sendable, Equatable {
  /// An alert changed its state.
  case alertChanged(AlertChange)
  /// A rule failed; reported once, until it works again or fails for another reason.
  case evaluationFailed(RuleFailure)
  /// A rule that had failed was evaluated without an error.
  case evaluationRecovered(group: String, rule: String, at: Timestamp)
}

/// A change of an alert's state.
package struct AlertChange: Sendable, Equatable {
  /// The states, with the one before an alert is pending and after it is resolved.
  package enum State: String, Sendable {
    case inactive, pending, firing
  }

  /// `file;name` of the group.
  package let group: String
  /// The rule's name.
  package let rule: String
  /// The alert's labels.
  package let labels: Labels
  /// The alert's annotations.
  package let annotations: Labels
  /// The state before.
  package let from: State
  /// The state now.
  package let to: State
  /// The last value of the expression.
  package let value: Double
  /// Since when the expression holds, or held.
  package let activeAt: Timestamp
  /// The instant of the evaluation.
  package let at: Timestamp
}

/// A failed evaluation of a rule.
package struct RuleFailure: Sendable, Equatable {
  /// `file;name` of the group.
  package let group: String
  /// The rule's name.
  package let rule: String
  /// What went wrong.
  package let reason: String
  /// The instant of the evaluation.
  package let at: Timestamp
}
