package import MetricModel
import PromQLEngine
import StorageAPI

/// One alert of a rule: its labels, annotations, value and state.
package struct ActiveAlert: Sendable, Hashable {
  /// The identity, `alertname` included.
  package let labels: Labels
  /// The expanded annotations.
  package var annotations: Labels
  /// The last value of the expression.
  package var value: Double
  /// Its state.
  package var machine: AlertStateMachine

  package init(labels: Labels, annotations: Labels, value: Double, machine: AlertStateMachine) {
    self.labels = labels
    self.annotations = annotations
    self.value = value
    self.machine = machine
  }

  /// The alert as it is sent: with the external labels whose name it lacks; a firing one ends after
  /// `validFor` unless it is sent again.
  func outgoing(
    at instant: Timestamp, validFor: Duration, externalLabels: Labels, generatorURL: String
  ) -> Alert {
    Alert(
      labels: externalLabels.merging(labels), annotations: annotations,
      startsAt: machine.firedAt ?? machine.activeAt,
      endsAt: machine.state == .firing
        ? instant + validFor : machine.resolvedAt ?? instant,
      generatorURL: generatorURL, updatedAt: instant)
  }

  /// The series `ALERTS` and `ALERTS_FOR_STATE` of a pending or firing alert.
  var series: [VectorElement] {
    guard machine.state != .inactive else { return [] }
    let state = labels.setting(Label.metricName, "ALERTS")
      .setting("alertstate", machine.state.rawValue)
    let since = labels.setting(Label.metricName, "ALERTS_FOR_STATE")
    // Whole seconds, as Prometheus stores them.
    let seconds = Double(machine.activeAt.rawValue / 1000)
    return [
      VectorElement(labels: state, value: .float(1)),
      VectorElement(labels: since, value: .float(seconds)),
    ]
  }
}
