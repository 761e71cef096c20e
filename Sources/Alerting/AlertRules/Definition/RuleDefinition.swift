/// A rule as a rule file states it: an alert, or a recorded series.
package struct RuleDefinition: Sendable, Hashable {
  /// What the rule makes from its result.
  package enum Kind: Sendable, Hashable {
    /// An alert of this name.
    case alert(String)
    /// A series of this name.
    case record(String)
  }

  /// What the rule makes, and its name.
  package var kind: Kind
  /// The PromQL expression.
  package var expression: RuleExpression
  /// How long the expression must be true before the alert fires: `for`.
  package var hold: Duration
  /// How long an alert stays firing after the expression has become false: `keep_firing_for`.
  package var keepFiringFor: Duration
  /// Labels to add: templates for an alert, plain texts for a recorded series. An empty value
  /// removes the label.
  package var labels: [String: String]
  /// Annotations of the alert; templates.
  package var annotations: [String: String]
  /// The line of the rule in its file, from 1; 0 if unknown. Not part of the identity.
  package var line: Int

  package init(
    _ kind: Kind, expression: RuleExpression, hold: Duration = .zero,
    keepFiringFor: Duration = .zero, labels: [String: String] = [:],
    annotations: [String: String] = [:], line: Int = 0
  ) {
    self.kind = kind
    self.expression = expression
    self.hold = hold
    self.keepFiringFor = keepFiringFor
    self.labels = labels
    self.annotations = annotations
    self.line = line
  }

  /// The alert's or the series' name.
  package var name: String {
    switch kind {
    case .alert(let name), .record(let name): name
    }
  }

  package static func == (left: RuleDefinition, right: RuleDefinition) -> Bool {
    left.kind == right.kind && left.expression == right.expression && left.hold == right.hold
      && left.keepFiringFor == right.keepFiringFor && left.labels == right.labels
      && left.annotations == right.annotations
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(expression)
  }
}
