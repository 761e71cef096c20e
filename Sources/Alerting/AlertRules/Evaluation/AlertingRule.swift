package import MetricModel
package import PromQLEngine

/// An alerting rule with its current alerts; a value, which its ``RuleGroup`` evaluates.
package struct AlertingRule: Sendable {
  /// The rule as the file states it.
  package let definition: RuleDefinition
  /// The labels to add; a label of the rule replaces the label of the group with the same name.
  package let labels: [String: String]
  /// The alerts by their labels; resolved ones stay for `AlertStateMachine.resolvedRetention`.
  package internal(set) var alerts: [Labels: ActiveAlert] = [:]

  package init(_ definition: RuleDefinition, groupLabels: [String: String] = [:]) {
    self.definition = definition
    labels = groupLabels.merging(definition.labels) { $1 }
  }

  /// One element of the result, with its templates expanded.
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
    /// The alert after the change; for an alert that was removed, before it.
    package let alert: ActiveAlert
  }

  /// Expands the labels and annotations of a result. Templates see the labels of the result, the
  /// metric name included; `alertname` replaces every other label of that name.
  package func elements(
    of result: [VectorElement], at instant: Timestamp, expand: ExpandRuleTemplate
  ) async -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(result.count)
    for element in result {
      // As in Prometheus, the alert of a histogram has the value 0.
      let value = element.value.float ?? 0
      let data = RuleTemplateData(labels: element.labels, value: value, instant: instant)
      // A label that expands to nothing removes the label of the result.
      let added = await data.expand(labels, with: expand)
      let remaining = element.labels.removing(Set(labels.keys).union([Label.metricName]))
      let annotations = await data.expand(definition.annotations, with: expand)
      elements.append(
        Element(
          labels: remaining.merging(added).setting("alertname", definition.name),
          annotations: annotations, value: value))
    }
    return elements
  }

  /// Applies the result of an evaluation to the alerts.
  ///
  /// - Throws: `RuleError.duplicateAlerts` if two elements have the same labels; nothing changes
  ///   then. `tooManyAlerts` beyond `limit`, 0 being none; as in Prometheus the rule loses all its
  ///   alerts then.
  package mutating func apply(
    _ elements: [Element], at instant: Timestamp, limit: Int = 0
  ) throws(RuleError) -> [Transition] {
    var seen: [Labels: Element] = [:]
    seen.reserveCapacity(elements.count)
    for element in elements where seen.updateValue(element, forKey: element.labels) != nil {
      throw .duplicateAlerts
    }
    var transitions = elements.compactMap { observeActive($0, at: instant) }
    // In order of labels, so that events and tests do not depend on hashing.
    for labels in alerts.keys.filter({ seen[$0] == nil }).sorted() {
      if let transition = observeInactive(labels, at: instant) { transitions.append(transition) }
    }
    let count = alerts.values.count { $0.machine.state != .inactive }
    guard limit == 0 || count <= limit else {
      alerts = [:]
      throw .tooManyAlerts(limit: limit, count: count)
    }
    return transitions
  }

  private mutating func observeActive(_ element: Element, at instant: Timestamp) -> Transition? {
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

  private mutating func observeInactive(_ labels: Labels, at instant: Timestamp) -> Transition? {
    guard var alert = alerts[labels] else { return nil }
    let action = alert.machine.observe(active: false, at: instant, policy: policy)
    switch action {
    case .drop, .forget: alerts[labels] = nil
    case .none, .wait, .fire, .resolve: alerts[labels] = alert
    }
    return action == .none ? nil : Transition(action: action, alert: alert)
  }

  /// The durations that decide on the state of its alerts.
  package var policy: AlertStateMachine.Policy {
    .init(hold: definition.hold, keepFiringFor: definition.keepFiringFor)
  }

  /// The highest state of the alerts, which Prometheus shows as the state of the rule.
  package var state: AlertStateMachine.State {
    alerts.values.map(\.machine.state).max() ?? .inactive
  }

  /// The series `ALERTS` and `ALERTS_FOR_STATE` of all pending and firing alerts.
  var series: [VectorElement] { alerts.values.flatMap(\.series) }
}
