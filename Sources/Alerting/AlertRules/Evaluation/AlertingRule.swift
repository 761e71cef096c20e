package import MetricModel

/// A rule that makes alerts: its definition and the alerts that it knows. A value; ``RuleGroup`` keeps and evaluates it.
package struct AlertingRule: Sendable {
  /// The rule as the file states it.
  package let definition: RuleDefinition
  /// The labels to add, those of the group under those of the rule (RF8).
  package let labels: [String: String]
  /// The alerts by their labels; ended ones are kept for a while.
  package internal(set) var alerts: [Labels: ActiveAlert] = [:]

  package init(_ definition: RuleDefinition, groupLabels: [String: String] = [:]) {
    self.definition = definition
    labels = groupLabels.merging(definition.labels) { $1 }
  }

  /// One element of the result, with everything expanded.
  package struct Element: Sendable, Equatable {
    /// The alert's labels.
    package let labels: Labels
    /// The alert's annotations.
    package let annotations: Labels
    /// The value.
    package let value: Double
  }

  /// A change of an alert.
  package struct Transition: Sendable, Equatable {
    /// What happened.
    package let action: AlertStateMachine.Action
    /// The alert after it; before it for alerts that are gone.
    package let alert: ActiveAlert
  }

  /// Expands labels and annotations of a result. Templates see the original labels; `alertname` wins over all (A1, A2).
  package func elements(
    of samples: [RuleSample], at instant: Timestamp, expand: ExpandRuleTemplate
  ) async -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(samples.count)
    for sample in samples {
      let data = RuleTemplateData(labels: sample.labels, value: sample.value, instant: instant)
      // A rule label that expands to nothing removes the label of the result.
      let added = await data.expand(labels, with: expand)
      let kept = sample.labels.removing(Set(labels.keys).union([Label.metricName]))
      let annotations = await data.expand(definition.annotations, with: expand)
      elements.append(
        Element(
          labels: kept.merging(added).setting("alertname", definition.name),
          annotations: annotations, value: sample.value))
    }
    return elements
  }

  /// Takes in the result of an evaluation.
  ///
  /// Two equal label sets fail the rule and change nothing (A3); more alerts than `limit` fail it, and all its alerts are lost (G9).
  package mutating func apply(
    _ elements: [Element], at instant: Timestamp, limit: Int = 0
  ) throws(RuleError) -> [Transition] {
    var seen: [Labels: Element] = [:]
    seen.reserveCapacity(elements.count)
    for element in elements where seen.updateValue(element, forKey: element.labels) != nil {
      throw .duplicateAlerts
    }
    var transitions = elements.compactMap { hold($0, at: instant) }
    // In order of labels, so that events and tests do not depend on hashing.
    for labels in alerts.keys.filter({ seen[$0] == nil }).sorted() {
      if let transition = miss(labels, at: instant) { transitions.append(transition) }
    }
    let count = alerts.values.count { $0.machine.state != .inactive }
    guard limit == 0 || count <= limit else {
      alerts = [:]
      throw .tooManyAlerts(limit: limit, count: count)
    }
    return transitions
  }

  private mutating func hold(_ element: Element, at instant: Timestamp) -> Transition? {
    var alert =
      alerts[element.labels]
      ?? ActiveAlert(
        labels: element.labels, annotations: element.annotations, value: element.value,
        machine: AlertStateMachine(activeAt: instant))
    alert.annotations = element.annotations
    alert.value = element.value
    let action = alert.machine.observe(active: true, at: instant, policy: policy)
    alerts[element.labels] = alert
    return action == .none ? nil : Transition(action: action, alert: alert)
  }

  private mutating func miss(_ labels: Labels, at instant: Timestamp) -> Transition? {
    guard var alert = alerts[labels] else { return nil }
    let action = alert.machine.observe(active: false, at: instant, policy: policy)
    switch action {
    case .drop, .forget: alerts[labels] = nil
    case .none, .wait, .fire, .resolve: alerts[labels] = alert
    }
    return action == .none ? nil : Transition(action: action, alert: alert)
  }

  /// The times that decide about an alert's state.
  package var policy: AlertStateMachine.Policy {
    .init(hold: definition.hold.rawValue, keepFiringFor: definition.keepFiringFor.rawValue)
  }

  /// The highest state of the alerts (A11).
  package var state: AlertStateMachine.State {
    alerts.values.map(\.machine.state).max() ?? .inactive
  }

  /// The series of all pending and firing alerts (A9).
  var series: [RuleSample] {
    alerts.values.flatMap(\.series).map { RuleSample(labels: $0.labels, value: $0.value) }
  }
}
