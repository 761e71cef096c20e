package import MetricModel
import StorageAPI

/// One alert that a rule knows: its identity, what it says, and where it stands.
package struct ActiveAlert: Sendable, Hashable {
  /// The identity, `alertname` included.
  package let labels: Labels
  /// The expanded annotations.
  package var annotations: Labels
  /// The last value that the expression had for it.
  package var value: Double
  /// Where it stands.
  package var machine: AlertStateMachine

  package init(labels: Labels, annotations: Labels, value: Double, machine: AlertStateMachine) {
    self.labels = labels
    self.annotations = annotations
    self.value = value
    self.machine = machine
  }

  /// The alert as it is sent (N2), with external labels where it has none of that name (N3).
  func outgoing(
    at instant: Timestamp, validFor: Int64, externalLabels: Labels, generatorURL: String
  ) -> Alert {
    Alert(
      labels: externalLabels.merging(labels), annotations: annotations,
      startsAt: machine.firedAt ?? machine.activeAt,
      endsAt: machine.state == .firing
        ? instant.adding(milliseconds: validFor) : machine.resolvedAt ?? instant,
      generatorURL: generatorURL, updatedAt: instant)
  }

  /// The synthetic series of a pending or firing alert (A9).
  var series: [(labels: Labels, value: Double)] {
    guard machine.state != .inactive else { return [] }
    let state = labels.setting(Label.metricName, "ALERTS")
      .setting("alertstate", machine.state.rawValue)
    let since = labels.setting(Label.metricName, "ALERTS_FOR_STATE")
    // Whole seconds, as Prometheus stores them.
    let seconds = Double(machine.activeAt.rawValue / 1000)
    return [(state, 1), (since, seconds)]
  }
}
