import Logging
package import MetricModel
import StorageAPI

/// A running rule group: evaluates its rules one after the other, in the order of the file (G6), and never twice at once (G5).
package actor RuleGroup {
  /// The group as the file states it.
  package nonisolated let definition: RuleGroupDefinition

  let services: RuleServices
  var settings: RuleSettings
  /// Where it is said that data have landed which the group reads; what comes while nobody listens counts once.
  nonisolated let landing: AsyncStream<Void>.Continuation
  nonisolated let landings: AsyncStream<Void>
  private var rules: [RunningRule]
  /// Series of rules that are gone; they end at the next evaluation (L4).
  private var orphanedSeries: Set<Labels> = []
  private var metrics = RuleGroupMetrics()
  private var lastInstant = Timestamp.distantPast
  private var isEvaluating = false
  private var isRetired = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Makes a group; nothing happens until it is evaluated.
  package init(
    _ definition: RuleGroupDefinition, services: RuleServices, settings: RuleSettings,
    restored: RestoredStates = .none
  ) {
    self.definition = definition
    self.services = services
    self.settings = settings
    (landings, landing) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    var rules = RunningRule.rules(of: definition)
    let now = services.clock.now()
    let begin = ContinuousClock.now
    for index in rules.indices {
      rules[index].restore(
        restored.alerts(
          ofRule: rules[index].journal.rule, group: definition.key, at: now,
          policy: settings.restore))
    }
    self.rules = rules
    metrics.lastRestoreDuration = begin.duration(to: .now).inSeconds
  }

  /// What a group leaves to its next version.
  struct Inheritance: Sendable {
    var rules: [RunningRule]
    var orphanedSeries: Set<Labels>
    var metrics: RuleGroupMetrics
    var lastInstant: Timestamp
  }

  /// Takes over from the earlier version of the group; returns the keys of states that no rule claims any more (L3, L4).
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
    return partners.values.flatMap(\.journal.keys)
  }

  /// Stops the group for good, after the evaluation that may be running, and hands over what it knows.
  func retire() async -> Inheritance {
    isRetired = true
    await untilIdle()
    return Inheritance(
      rules: rules, orphanedSeries: orphanedSeries, metrics: metrics, lastInstant: lastInstant)
  }

  /// Whether the group was replaced or removed.
  var hasEnded: Bool { isRetired }

  /// The keys of the states of all its alerts.
  var stateKeys: [String] { rules.flatMap(\.journal.keys) + [AlertStateKey.group(definition.key)] }

  /// Changes what holds for all rules.
  func use(_ settings: RuleSettings) { self.settings = settings }

  /// Counts slots that went by (G4).
  func countMissed(_ count: Int) {
    metrics.iterations += count
    metrics.iterationsMissed += count
  }

  /// How long to wait after an evaluation on scrape before the next one, in milliseconds: a group that many targets feed is evaluated once a
  /// second, or 15 times in a shorter interval, and takes a tenth of a processor at most.
  var rest: Int64 {
    let pace = min(1000, definition.interval.rawValue / 15)
    return max(pace, Int64(metrics.lastDuration * 10_000), 1)
  }

  /// Evaluates all rules as of an instant, after the evaluation that may be running, and never back in time; false if there was nothing to
  /// do.
  @discardableResult
  package func evaluate(
    at instant: Timestamp, because occasion: EvaluationTrigger = .slot
  ) async -> Bool {
    if isEvaluating { await untilIdle() }
    guard !isRetired, !isEvaluating, !Task.isCancelled else { return false }
    switch occasion {
    case .slot: metrics.iterations += 1
    case .scrape: guard !awaitsRestoredAlerts else { return false }
    }
    // A slot may be late, behind an evaluation on scrape. A clock that was set back shows in a longer distance.
    let age = lastInstant.milliseconds(since: instant)
    guard !(0..<definition.interval.rawValue).contains(age) else { return false }
    if occasion == .scrape { metrics.evaluationsOnScrape += 1 }
    isEvaluating = true
    lastInstant = instant
    await evaluateRules(at: instant)
    isEvaluating = false
    let resumed = waiting
    waiting = []
    for continuation in resumed { continuation.resume() }
    return true
  }

  /// Whether an alert of an earlier process has not been seen again yet: how long it may be missing is told in slots.
  private var awaitsRestoredAlerts: Bool { hasAlert { $0.unconfirmedEvaluations > 0 } }

  private func hasAlert(where condition: (AlertStateMachine) -> Bool) -> Bool {
    rules.contains { rule in
      guard case .alerting(let body) = rule.body else { return false }
      return body.alerts.values.contains { condition($0.machine) }
    }
  }

  private func untilIdle() async {
    while isEvaluating {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func evaluateRules(at instant: Timestamp) async {
    let begin = ContinuousClock.now
    metrics.lastEvaluation = services.clock.now()
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
    metrics.lastDuration = begin.duration(to: .now).inSeconds
    metrics.durationSum += metrics.lastDuration
  }

  /// Evaluates one rule and notes how it went; nil when the task was cancelled, which is no failure of the rule.
  private func evaluate(_ rule: inout RunningRule, at instant: Timestamp) async -> Int? {
    let begin = ContinuousClock.now
    rule.lastEvaluation = services.clock.now()
    var samples = 0
    var failure: RuleError?
    do {
      samples = try await perform(&rule, at: instant)
    } catch {
      if error == .cancelled || Task.isCancelled { return nil }
      failure = error
    }
    rule.evaluationTime = begin.duration(to: .now).inSeconds
    metrics.evaluations += 1
    note(failure, of: &rule, at: instant)
    return samples
  }

  private func note(_ failure: RuleError?, of rule: inout RunningRule, at instant: Timestamp) {
    let group = definition.key
    let name = rule.definition.name
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
        "rule failed", metadata: ["group": "\(group)", "rule": "\(name)", "error": "\(reason)"])
      services.onEvent(
        .evaluationFailed(RuleFailure(group: group, rule: name, reason: reason, at: instant)))
    }
    rule.health = .err
    rule.lastError = reason
  }

  /// Ends the series of rules that are gone, and those of the whole group if it is (L4, L5).
  private func endOrphans(at instant: Timestamp) async {
    guard !orphanedSeries.isEmpty else { return }
    let kept = rules.reduce(into: Set<Labels>()) { $0.formUnion($1.writer.previous) }
    var writer = SeriesWriter(previous: orphanedSeries.subtracting(kept))
    do {
      _ = try await writer.write([], at: sampleTime(instant), to: services.appender)
      orphanedSeries = []
    } catch {
      services.log.warning("cannot end series of removed rules", metadata: ["error": "\(error)"])
    }
  }

  /// Ends all series of a removed group (L5).
  func endAllSeries(at instant: Timestamp) async {
    for rule in rules { orphanedSeries.formUnion(rule.writer.previous) }
    rules = []
    await endOrphans(at: instant)
  }

  /// Where pending alerts wait, keeps on disk that they were looked at, so that a restart knows how long nobody did.
  private func noteEvaluation(at instant: Timestamp) async {
    guard hasAlert(where: { $0.state == .pending }) else { return }
    let row = StateChange.put(
      .alertStates, key: AlertStateKey.group(definition.key),
      value: Array("\(instant.rawValue)".utf8))
    do {
      try await services.store.apply([row])
    } catch {
      services.log.warning(
        "cannot keep the time of an evaluation",
        metadata: ["group": "\(definition.key)", "error": "\(error)"])
    }
  }

  /// The time of the samples that an evaluation writes (G7).
  func sampleTime(_ instant: Timestamp) -> Timestamp {
    instant.adding(milliseconds: -definition.queryOffset.rawValue)
  }

  /// The group as the API shows it.
  package var snapshot: RuleGroupSnapshot {
    RuleGroupSnapshot(
      file: definition.file, name: definition.name, interval: definition.interval,
      limit: definition.limit, evaluationTime: metrics.lastDuration,
      lastEvaluation: metrics.lastEvaluation, rules: rules.map(\.snapshot), metrics: metrics)
  }
}

extension Duration {
  /// Seconds, with fraction.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
