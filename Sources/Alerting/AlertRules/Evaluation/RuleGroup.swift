import Concurrency
import Logging
package import MetricModel
import StorageAPI

/// A running rule group: evaluates its rules one after another, in the order of the file, and never
/// twice at the same time.
package actor RuleGroup {
  /// The group as the file states it.
  package nonisolated let definition: RuleGroupDefinition

  let services: RuleServices
  /// Where the states of alerts are stored, with a time limit.
  let states: BoundedStateStore
  var settings: RuleSettings
  /// Receives a notification when new samples have arrived that the group reads; those that come
  /// during an evaluation count as one.
  nonisolated let arrival: AsyncStream<Void>.Continuation
  nonisolated let arrivals: AsyncStream<Void>
  private var rules: [RunningRule]
  /// Series of removed rules; the next evaluation marks them as stale.
  private var orphanedSeries: Set<Labels> = []
  private var metrics = RuleGroupMetrics()
  private var lastInstant = Timestamp.distantPast
  /// The evaluation under way; fulfilled when it has ended.
  private var evaluation: Promise<Void>?
  private var isRetired = false

  /// Makes a group with the alerts that an earlier process stored; it does nothing until it is
  /// evaluated.
  package init(
    _ definition: RuleGroupDefinition, services: RuleServices, settings: RuleSettings,
    restored: RestoredStates = .none
  ) {
    self.definition = definition
    self.services = services
    states = BoundedStateStore(services.store, limit: services.storeLimit)
    self.settings = settings
    (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    var rules = RunningRule.rules(of: definition)
    let now = services.clock.now
    let begin = ContinuousClock.now
    for index in rules.indices {
      rules[index].restore(
        restored.alerts(
          ofRule: rules[index].stateRecorder.rule, group: definition.key, at: now,
          policy: settings.restore))
    }
    self.rules = rules
    metrics.lastRestoreDuration = begin.duration(to: .now).seconds
  }

  /// What the next version of a group takes over.
  struct Inheritance: Sendable {
    var rules: [RunningRule]
    var orphanedSeries: Set<Labels>
    var metrics: RuleGroupMetrics
    var lastInstant: Timestamp
  }

  /// Takes over alerts and series from the earlier version of the group, rule by rule. Returns the
  /// keys of stored states that belong to no rule any more.
  func inherit(_ old: Inheritance) -> [String] {
    var partners = Dictionary(old.rules.map { ($0.identity, $0) }, uniquingKeysWith: { $1 })
    for index in rules.indices {
      guard let partner = partners.removeValue(forKey: rules[index].identity) else { continue }
      rules[index].inherit(partner)
    }
    orphanedSeries = old.orphanedSeries
    for lost in partners.values { orphanedSeries.formUnion(lost.writer.previous) }
    metrics = old.metrics
    lastInstant = old.lastInstant
    return partners.values.flatMap(\.stateRecorder.keys)
  }

  /// Ends the group, after the evaluation that may be running, and returns its state.
  func retire() async -> Inheritance {
    isRetired = true
    await untilIdle()
    return Inheritance(
      rules: rules, orphanedSeries: orphanedSeries, metrics: metrics, lastInstant: lastInstant)
  }

  /// Whether the group was replaced or removed.
  var hasEnded: Bool { isRetired }

  /// The keys of the states of all its alerts.
  var stateKeys: [String] {
    rules.flatMap(\.stateRecorder.keys) + [AlertStateKey.group(definition.key)]
  }

  /// Replaces the settings that all rules share.
  func use(_ settings: RuleSettings) { self.settings = settings }

  /// Counts scheduled ticks at which the group was still busy.
  func countMissed(_ count: Int) {
    metrics.iterations += count
    metrics.iterationsMissed += count
  }

  /// The pause after an evaluation on scrape.
  ///
  /// A group that reads the series of many targets is evaluated at most once a second, or 15 times
  /// in an interval below 15 seconds, and uses at most a tenth of a core.
  var rest: Duration {
    let pace = min(.seconds(1), definition.interval / 15)
    return max(pace, .seconds(metrics.lastDuration * 10), .milliseconds(1))
  }

  /// Evaluates all rules at an instant, after the evaluation that may be running. Returns false if
  /// there was nothing to do, as for an instant before the last one.
  @discardableResult
  package func evaluate(
    at instant: Timestamp, because trigger: EvaluationTrigger = .tick
  ) async -> Bool {
    await untilIdle()
    guard !isRetired, !Task.isCancelled else { return false }
    switch trigger {
    case .tick: metrics.iterations += 1
    case .scrape: guard !awaitsRestoredAlerts else { return false }
    }
    // A tick may be late, behind an evaluation on scrape; a longer distance means that the clock
    // was set back.
    let age = lastInstant - instant
    guard !(.zero..<definition.interval).contains(age) else { return false }
    if trigger == .scrape { metrics.evaluationsOnScrape += 1 }
    let evaluation = Promise<Void>()
    self.evaluation = evaluation
    lastInstant = instant
    await evaluateRules(at: instant)
    self.evaluation = nil
    evaluation.fulfill(())
    return true
  }

  /// Whether an alert that was restored has not been confirmed yet: the time that it may be missing
  /// counts in scheduled ticks.
  private var awaitsRestoredAlerts: Bool { hasAlert { $0.unconfirmedEvaluations > 0 } }

  private func hasAlert(where condition: (AlertStateMachine) -> Bool) -> Bool {
    rules.contains { rule in
      guard case .alerting(let body) = rule.body else { return false }
      return body.alerts.values.contains { condition($0.machine) }
    }
  }

  private func untilIdle() async {
    while let evaluation { await evaluation.value }
  }

  private func evaluateRules(at instant: Timestamp) async {
    let begin = ContinuousClock.now
    metrics.lastEvaluation = services.clock.now
    metrics.lastEvaluationSamples = 0
    metrics.lastRuleDurationSum = 0
    for index in rules.indices {
      var rule = rules[index]
      let samples = await evaluate(&rule, at: instant)
      guard let samples else { return }
      metrics.lastEvaluationSamples += samples
      metrics.lastRuleDurationSum += rule.evaluationTime
      rules[index] = rule
    }
    await endOrphans(at: instant)
    await noteEvaluation(at: instant)
    metrics.lastDuration = begin.duration(to: .now).seconds
    metrics.durationSum += metrics.lastDuration
  }

  /// Evaluates one rule and records the outcome. Returns the number of samples written; `nil` if
  /// the task was cancelled, which is no failure of the rule.
  private func evaluate(_ rule: inout RunningRule, at instant: Timestamp) async -> Int? {
    let begin = ContinuousClock.now
    rule.lastEvaluation = services.clock.now
    var samples = 0
    var failure: RuleError?
    do {
      samples = try await perform(&rule, at: instant)
    } catch {
      if error == .cancelled || Task.isCancelled { return nil }
      failure = error
    }
    rule.evaluationTime = begin.duration(to: .now).seconds
    metrics.evaluations += 1
    note(failure, of: &rule, at: instant)
    return samples
  }

  private func note(_ failure: RuleError?, of rule: inout RunningRule, at instant: Timestamp) {
    let group = definition.key
    let name = rule.definition.name
    let expression = rule.definition.expression
    guard let failure else {
      if rule.health == .err {
        services.onEvent(.evaluationRecovered(group: group, rule: name, at: instant))
      }
      rule.health = .ok
      rule.lastError = nil
      return
    }
    metrics.evaluationFailures += 1
    let reason = failure.description
    if rule.lastError != reason {
      services.log.warning(
        "rule failed",
        metadata: [
          "group": "\(group)", "rule": "\(name)", "error": "\(reason)",
          "at": "\(definition.file):\(expression.line):\(expression.column)",
        ])
      services.onEvent(
        .evaluationFailed(RuleFailure(group: group, rule: name, reason: reason, at: instant)))
    }
    rule.health = .err
    rule.lastError = reason
  }

  /// Marks the series of removed rules as stale.
  private func endOrphans(at instant: Timestamp) async {
    guard !orphanedSeries.isEmpty else { return }
    let active = rules.reduce(into: Set<Labels>()) { $0.formUnion($1.writer.previous) }
    var writer = SeriesWriter(previous: orphanedSeries.subtracting(active))
    do {
      _ = try await writer.write([], at: sampleTime(instant), to: services.appender)
      orphanedSeries = []
    } catch {
      services.log.warning("cannot end series of removed rules", metadata: ["error": "\(error)"])
    }
  }

  /// Marks all series of a removed group as stale.
  func endAllSeries(at instant: Timestamp) async {
    for rule in rules { orphanedSeries.formUnion(rule.writer.previous) }
    rules = []
    await endOrphans(at: instant)
  }

  /// Stores the time of the evaluation while alerts are pending, so that a restart knows how long
  /// they were not evaluated.
  private func noteEvaluation(at instant: Timestamp) async {
    guard hasAlert(where: { $0.state == .pending }) else { return }
    let row = StateChange.put(
      .alertStates, key: AlertStateKey.group(definition.key),
      value: Array("\(instant.rawValue)".utf8))
    do {
      try await states.apply([row])
    } catch {
      services.log.warning(
        "cannot store the time of an evaluation",
        metadata: ["group": "\(definition.key)", "error": "\(error)"])
    }
  }

  /// The time of the query and of the samples that an evaluation writes: the instant less the query
  /// offset.
  func sampleTime(_ instant: Timestamp) -> Timestamp {
    instant - definition.queryOffset
  }

  /// The group at this moment.
  package var snapshot: RuleGroupSnapshot {
    RuleGroupSnapshot(
      file: definition.file, name: definition.name, interval: definition.interval,
      limit: definition.limit, evaluationTime: metrics.lastDuration,
      lastEvaluation: metrics.lastEvaluation, rules: rules.map(\.snapshot), metrics: metrics)
  }
}
