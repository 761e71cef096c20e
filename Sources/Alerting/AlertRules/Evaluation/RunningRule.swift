import MetricModel
import PromQLEngine

/// A rule of a running group: its alerts, the series it has written, and the outcome of its last
/// evaluation.
struct RunningRule: Sendable {
  /// The two kinds of rules.
  enum Body: Sendable {
    case alerting(AlertingRule)
    case recording(RecordingRule)
  }

  /// What a rule must share with a rule of the earlier version of its group to take over its state.
  struct Identity: Hashable {
    let kind: RuleDefinition.Kind
    let labels: [String: String]
    /// The number among rules that are equal in kind and labels.
    let number: Int
  }

  let definition: RuleDefinition
  let identity: Identity
  var body: Body
  var writer = SeriesWriter()
  var stateRecorder: AlertStateRecorder
  var health = RuleSnapshot.Health.unknown
  var lastError: String?
  var evaluationTime = 0.0
  var lastEvaluation: Timestamp?

  init(_ definition: RuleDefinition, identity: Identity, group: RuleGroupDefinition) {
    self.definition = definition
    self.identity = identity
    switch definition.kind {
    case .alert: body = .alerting(AlertingRule(definition, groupLabels: group.labels))
    case .record: body = .recording(RecordingRule(definition, groupLabels: group.labels))
    }
    stateRecorder = AlertStateRecorder(
      rule: AlertStateKey.rule(
        group: group.key, name: definition.name, labels: identity.labels, number: identity.number))
  }

  /// The rules of a group before their first evaluation.
  static func rules(of group: RuleGroupDefinition) -> [RunningRule] {
    var numbers: [Identity: Int] = [:]
    return group.rules.map { definition in
      let labels = group.labels.merging(definition.labels) { $1 }
      let first = Identity(kind: definition.kind, labels: labels, number: 0)
      let number = numbers[first, default: 0]
      numbers[first] = number + 1
      let identity = Identity(kind: definition.kind, labels: labels, number: number)
      return RunningRule(definition, identity: identity, group: group)
    }
  }

  /// Takes over alerts and written series from a rule of the group's earlier version.
  mutating func inherit(_ old: RunningRule) {
    writer = old.writer
    stateRecorder = old.stateRecorder
    health = old.health
    lastError = old.lastError
    evaluationTime = old.evaluationTime
    lastEvaluation = old.lastEvaluation
    if case .alerting(let before) = old.body, case .alerting(var now) = body {
      now.alerts = before.alerts
      body = .alerting(now)
    }
  }

  /// Takes over the alerts that an earlier process stored.
  mutating func restore(_ alerts: [ActiveAlert]) {
    guard case .alerting(var rule) = body, !alerts.isEmpty else { return }
    for alert in alerts { rule.alerts[alert.labels] = alert }
    // The series that the earlier process wrote end with these alerts.
    writer = SeriesWriter(previous: Set(rule.series.map(\.labels)))
    stateRecorder = AlertStateRecorder(rule: stateRecorder.rule, restored: alerts.map(\.labels))
    body = .alerting(rule)
  }

  /// The rule at this moment.
  var snapshot: RuleSnapshot {
    var alerts: [ActiveAlert] = []
    var state: AlertStateMachine.State?
    if case .alerting(let rule) = body {
      alerts = rule.alerts.values.filter { $0.machine.state != .inactive }
        .sorted { $0.labels < $1.labels }
      if lastEvaluation != nil || !alerts.isEmpty { state = rule.state }
    }
    return RuleSnapshot(
      definition: definition, labels: Labels(identity.labels), state: state, alerts: alerts,
      health: health, lastError: lastError, evaluationTime: evaluationTime,
      lastEvaluation: lastEvaluation)
  }
}
