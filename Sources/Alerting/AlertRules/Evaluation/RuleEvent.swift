package import MetricModel

/// Something that a reader of the log wants to know about rules.
package enum RuleEvent: Sendable, Equatable {
  /// An alert changed its state.
  case alertChanged(AlertChange)
  /// A rule failed; told once, until it works again or fails otherwise.
  case evaluationFailed(RuleFailure)
  /// A rule that had failed works again.
  case evaluationRecovered(group: String, rule: String, at: Timestamp)
}

/// A change of an alert's state.
package struct AlertChange: Sendable, Equatable {
  /// The state that alerts come from before they are pending, and go to when they end.
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
