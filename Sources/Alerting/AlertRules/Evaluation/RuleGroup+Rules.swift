import MetricModel
import PromQLEngine
import StorageAPI

extension RuleGroup {
  /// Evaluates one rule: runs the query, updates the alerts, stores their states, notifies the
  /// sink, writes the series. Returns the number of samples written.
  func perform(_ rule: inout RunningRule, at instant: Timestamp) async throws(RuleError) -> Int {
    let value: QueryValue
    do {
      value = try await services.query(rule.definition.expression.tree, sampleTime(instant))
    } catch {
      throw error == .cancelled && Task.isCancelled ? .cancelled : .query(error)
    }
    guard let result = value.elements else { throw .resultType }
    switch rule.body {
    case .recording(let body):
      let series = try body.apply(result, limit: definition.limit)
      return try await write(series, of: &rule, at: instant)
    case .alerting(var body):
      let elements = await body.elements(of: result, at: instant, expand: services.expand)
      let transitions: [AlertingRule.Transition]
      do {
        transitions = try body.apply(elements, at: instant, limit: definition.limit)
      } catch {
        // Beyond the limit the rule has lost its alerts; the stored states must say so, too.
        rule.body = .alerting(body)
        try? await persist(body, of: &rule)
        throw error
      }
      return try await conclude(body, transitions, of: &rule, at: instant)
    }
  }

  /// Stores the new states, notifies the sink, writes the series. The sink is notified even if the
  /// states cannot be stored.
  private func conclude(
    _ changed: AlertingRule, _ transitions: [AlertingRule.Transition], of rule: inout RunningRule,
    at instant: Timestamp
  ) async throws(RuleError) -> Int {
    var body = changed
    rule.body = .alerting(body)
    var failure: RuleError?
    do {
      try await persist(body, of: &rule)
    } catch {
      failure = error
    }
    for transition in transitions { report(transition, of: rule, at: instant) }
    await send(&body, at: instant)
    rule.body = .alerting(body)
    let count = try await write(body.series, of: &rule, at: instant)
    if let failure { throw failure }
    return count
  }

  private func persist(_ body: AlertingRule, of rule: inout RunningRule) async throws(RuleError) {
    let changes = try rule.stateRecorder.changes(for: body.alerts)
    guard !changes.isEmpty else { return }
    do {
      try await states.apply(changes)
      rule.stateRecorder.commit(body.alerts)
    } catch {
      rule.stateRecorder.doubt(body.alerts)
      throw .storage("cannot store the state of alerts: \(error)")
    }
  }

  private func send(_ body: inout AlertingRule, at instant: Timestamp) async {
    let due = body.alerts.values
      .filter { $0.machine.needsSending(at: instant, resendDelay: settings.resendDelay) }
      .sorted { $0.labels < $1.labels }
    guard !due.isEmpty else { return }
    let validFor = max(definition.interval, settings.resendDelay) * 4
    let link = settings.generatorURL(body.definition.expression.text)
    await services.sink.receive(
      due.map {
        $0.outgoing(
          at: instant, validFor: validFor, externalLabels: settings.externalLabels,
          generatorURL: link)
      })
    for alert in due { body.alerts[alert.labels]?.machine.markSent(at: instant) }
  }

  private func write(
    _ series: [VectorElement], of rule: inout RunningRule, at instant: Timestamp
  ) async throws(RuleError) -> Int {
    let outcome = try await rule.writer.write(
      series, at: sampleTime(instant), to: services.appender)
    if outcome.tooOld > 0 || outcome.duplicate > 0 {
      throw .samplesRefused(tooOld: outcome.tooOld, duplicate: outcome.duplicate)
    }
    return series.count
  }

  private func report(
    _ transition: AlertingRule.Transition, of rule: RunningRule, at instant: Timestamp
  ) {
    let alert = transition.alert
    let isNew = alert.machine.activeAt == instant
    let change: (from: AlertChange.State, to: AlertChange.State)
    switch transition.action {
    case .none, .forget: return
    case .wait: change = (isNew ? .inactive : .firing, .pending)
    case .fire: change = (isNew ? .inactive : .pending, .firing)
    case .resolve: change = (.firing, .inactive)
    case .drop: change = (.pending, .inactive)
    }
    services.onEvent(
      .alertChanged(
        AlertChange(
          group: definition.key, rule: rule.definition.name, labels: alert.labels,
          annotations: alert.annotations, from: change.from, to: change.to, value: alert.value,
          activeAt: alert.machine.activeAt, at: instant)))
  }
}
