import MetricModel
import PromQLEngine
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import AlertRules

private let down = VectorElement(labels: ["__name__": "up", "job": "node"], value: 0)

private func group(
  _ name: String = "g", hold: Duration = .zero, keepFiring: Duration = .zero,
  labels: [String: String] = [:], annotations: [String: String] = [:]
) -> RuleGroupDefinition {
  RuleGroupDefinition(
    file: "r.yml", name: name, interval: .seconds(15),
    rules: [
      RuleDefinition(
        .alert("Down"), expression: "up == 0", hold: hold, keepFiringFor: keepFiring,
        labels: labels,
        annotations: annotations)
    ])
}

@Suite struct GroupSchedulerTests {
  /// Runs a scheduler while the test moves the clock.
  private func running(
    _ fixture: RuleFixture, _ groups: [RuleGroupDefinition],
    settings: RuleSettings = RuleSettings(),
    gate: @escaping @Sendable () async -> Void = {}, _ body: (GroupScheduler) async throws -> Void
  ) async throws {
    let scheduler = GroupScheduler(fixture.services, settings: settings)
    try await scheduler.load(groups)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await scheduler.run(after: gate) }
      try await body(scheduler)
      tasks.cancelAll()
    }
  }

  /// Moves the clock by one interval and waits until the group has been evaluated.
  private func tick(_ fixture: RuleFixture, groups: Int = 1) async throws {
    try await fixture.clock.waitForSleepers(groups)
    fixture.clock.advance(by: .seconds(15))
    try await fixture.clock.waitForSleepers(groups)
  }

  @Test func evaluationsHappenAtTicks() async throws {
    let fixture = RuleFixture()
    try await running(fixture, [group()]) { _ in
      for _ in 0..<3 { try await tick(fixture) }
    }
    let times = fixture.asked.map(\.at.rawValue)
    let offset = EvaluationTicks(group()).offset
    #expect(times.count == 3)
    #expect(times.allSatisfy { ($0 - offset.milliseconds) % 15_000 == 0 })
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 15_000 })
  }

  @Test func missedTicksAreCounted() async throws {
    let fixture = RuleFixture()
    try await running(fixture, [group()]) { scheduler in
      try await tick(fixture)
      let last = try #require(fixture.asked.last?.at)
      fixture.clock.advance(by: .seconds(65))
      try await fixture.clock.waitForSleepers(1)
      let missed = Int(fixture.clock.now.milliseconds(since: last)) / 15_000 - 1
      let metrics = await scheduler.snapshot()[0].metrics
      #expect(missed >= 3)
      #expect(metrics.iterationsMissed == missed)
      #expect(metrics.iterations == missed + 2)
      #expect(metrics.evaluations == 2)
    }
  }

  @Test func nothingIsEvaluatedBeforeTheGateOpens() async throws {
    let fixture = RuleFixture()
    let gate = AsyncStream.makeStream(of: Void.self)
    try await running(fixture, [group()]) {
      for await _ in gate.stream { break }
    } _: { _ in
      fixture.clock.advance(by: .seconds(60))
      #expect(fixture.asked.isEmpty)
      gate.continuation.yield()
      try await tick(fixture)
      #expect(fixture.asked.count == 1)
    }
  }

  @Test func aRestartDoesNotRestartFor() async throws {
    let store = MemoryStateStore()
    let first = RuleFixture(store: store)
    first.answer("up == 0", [down])
    try await running(first, [group(hold: .seconds(60))]) { _ in
      for _ in 0..<3 { try await tick(first) }
    }
    #expect(first.changes == ["inactive>pending"])
    let second = RuleFixture(store: store)
    second.clock.advance(by: .seconds(50))
    second.answer("up == 0", [down])
    try await running(second, [group(hold: .seconds(60))]) { scheduler in
      #expect(await scheduler.snapshot()[0].rules[0].alerts.map(\.machine.state) == [.pending])
      for _ in 0..<2 { try await tick(second) }
    }
    // Pending since the first process's first tick; 60 s are over at the second process's first or
    // second tick.
    #expect(second.changes == ["pending>firing"])
  }

  @Test func firingAlertsContinueAndUnsentEndsAreSent() async throws {
    let store = MemoryStateStore()
    let first = RuleFixture(store: store)
    first.answer("up == 0", [down])
    try await running(first, [group()]) { _ in try await tick(first) }
    let started = try #require(first.sent.first?.startsAt)
    let second = RuleFixture(store: store)
    second.clock.advance(by: .seconds(7200))
    try await running(second, [group()]) { _ in
      // An alert that is missing in the first round after the start has not ended yet.
      try await tick(second)
      #expect(second.changes.isEmpty)
      try await tick(second)
    }
    #expect(second.changes == ["firing>inactive"])
    #expect(second.sent.last?.startsAt == started)
    #expect(second.sent.last.map { $0.endsAt <= second.clock.now } == true)
  }

  @Test func statesOfRemovedRulesAreForgottenAtTheStart() async throws {
    let store = MemoryStateStore()
    let first = RuleFixture(store: store)
    first.answer("up == 0", [down])
    try await running(first, [group()]) { _ in try await tick(first) }
    #expect(store.count(.alertStates) == 1)
    let second = RuleFixture(store: store)
    try await running(second, [group("other")]) { _ in }
    #expect(store.count(.alertStates) == 0)
  }

  @Test func equalGroupsGoOnUntouched() async throws {
    let fixture = RuleFixture()
    fixture.answer("up == 0", [down])
    try await running(fixture, [group()]) { scheduler in
      try await tick(fixture)
      try await scheduler.load([group()])
      try await tick(fixture)
      #expect(fixture.clock.sleeperCount == 1)
      #expect(await scheduler.snapshot()[0].metrics.iterations == 2)
    }
    #expect(fixture.changes == ["inactive>firing"])
  }

  @Test func changedRulesRetainTheirAlerts() async throws {
    let fixture = RuleFixture()
    fixture.answer("up == 0", [down])
    try await running(fixture, [group()]) { scheduler in
      try await tick(fixture)
      try await scheduler.load([group(annotations: ["summary": "new"])])
      try await tick(fixture, groups: 1)
      try await tick(fixture, groups: 1)
      let alerts = await scheduler.snapshot()[0].rules[0].alerts
      #expect(alerts.map(\.machine.state) == [.firing])
    }
    #expect(fixture.changes == ["inactive>firing"])
  }

  @Test func otherLabelsAreAnotherRule() async throws {
    let fixture = RuleFixture()
    fixture.answer("up == 0", [down])
    try await running(fixture, [group()]) { scheduler in
      try await tick(fixture)
      fixture.appender.removeAll()
      try await scheduler.load([group(labels: ["severity": "page"])])
      try await tick(fixture)
      try await tick(fixture)
    }
    let ended = fixture.appender.samples.filter(\.isStale).map(\.labels)
    #expect(
      ended.contains([
        "__name__": "ALERTS", "alertname": "Down", "alertstate": "firing", "job": "node",
      ]))
    #expect(fixture.store.count(.alertStates) == 1)
    #expect(fixture.changes == ["inactive>firing", "inactive>firing"])
  }

  @Test func theSeriesOfARemovedGroupEndLater() async throws {
    let fixture = RuleFixture()
    fixture.answer("up == 0", [down])
    try await running(fixture, [group()]) { scheduler in
      try await tick(fixture)
      fixture.appender.removeAll()
      try await scheduler.load([])
      try await fixture.clock.waitForSleepers(1)
      fixture.clock.advance(by: .seconds(15))
      try await fixture.clock.waitForSleepers(1)
      #expect(fixture.appender.samples.isEmpty)
      fixture.clock.advance(by: .seconds(30))
      try await eventually("the series end") { !fixture.appender.samples.isEmpty }
      #expect(fixture.appender.samples.allSatisfy { $0.isStale })
      #expect(fixture.store.count(.alertStates) == 0)
    }
  }

  @Test func stoppingWritesNothing() async throws {
    let fixture = RuleFixture()
    fixture.answer("up == 0", [down])
    try await running(fixture, [group()]) { _ in
      try await tick(fixture)
      fixture.appender.removeAll()
    }
    #expect(fixture.appender.samples.isEmpty)
  }

  // MARK: - Evaluation on scrape

  /// Runs a scheduler that evaluates on scrape, after the first two ticks.
  private func following(
    _ fixture: RuleFixture, _ groups: [RuleGroupDefinition],
    _ body: (GroupScheduler) async throws -> Void
  ) async throws {
    let scheduler = GroupScheduler(fixture.services, evaluation: .onScrape)
    try await scheduler.load(groups)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await scheduler.run() }
      for _ in 0..<2 { try await tick(fixture, groups: groups.count) }
      try await body(scheduler)
      tasks.cancelAll()
    }
  }

  @Test func aScrapeOfAMetricThatAnAlertReadsEvaluatesItAtOnce() async throws {
    let fixture = RuleFixture()
    try await following(fixture, [group()]) { scheduler in
      fixture.answer("up == 0", [down])
      fixture.clock.advance(by: .seconds(1))
      scheduler.samplesArrived(of: ["up", "go_goroutines"])
      // The group pauses, and its tick is awaited.
      try await fixture.clock.waitForSleepers(2)
      #expect(fixture.asked.last?.at == fixture.clock.now)
      #expect(fixture.changes == ["inactive>firing"])
      let metrics = await scheduler.snapshot()[0].metrics
      #expect(metrics.iterations == 2)
      #expect(metrics.evaluationsOnScrape == 1)
    }
  }

  @Test func scrapesDuringThePauseAreEvaluatedOnceAfterIt() async throws {
    let fixture = RuleFixture()
    try await following(fixture, [group()]) { scheduler in
      let before = fixture.asked.count
      scheduler.samplesArrived(of: ["up"])
      try await fixture.clock.waitForSleepers(2)
      for _ in 0..<5 { scheduler.samplesArrived(of: ["up"]) }
      #expect(fixture.asked.count - before <= 1)
      fixture.clock.advance(by: .seconds(1))
      try await fixture.clock.waitForSleepers(2)
      #expect(fixture.asked.last?.at == fixture.clock.now)
      // Whether or not the first fell on the tick itself, the five were evaluated once.
      #expect(await scheduler.snapshot()[0].metrics.evaluationsOnScrape <= 2)
    }
  }

  @Test func metricsThatTheAlertDoesNotReadTriggerNothing() async throws {
    let fixture = RuleFixture()
    try await following(fixture, [group()]) { scheduler in
      let before = fixture.asked.count
      fixture.clock.advance(by: .seconds(1))
      scheduler.samplesArrived(of: ["go_goroutines"])
      try await tick(fixture)
      #expect(fixture.asked.count == before + 1)
      #expect(await scheduler.snapshot()[0].metrics.evaluationsOnScrape == 0)
    }
  }

  @Test func alertsThatFiredBeforeAStartMayBeMissingForOneRound() async throws {
    let store = MemoryStateStore()
    let first = RuleFixture(store: store)
    first.answer("up == 0", [down])
    try await running(first, [group()]) { _ in try await tick(first) }
    let second = RuleFixture(store: store)
    let scheduler = GroupScheduler(second.services, evaluation: .onScrape)
    try await scheduler.load([group()])
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await scheduler.run() }
      for _ in 0..<2 {
        second.clock.advance(by: .seconds(1))
        scheduler.samplesArrived(of: ["up"])
        #expect(second.changes.isEmpty)
        try await tick(second)
      }
      #expect(await scheduler.snapshot()[0].metrics.evaluationsOnScrape == 0)
      tasks.cancelAll()
    }
    #expect(second.changes == ["firing>inactive"])
  }

  @Test func aScrapeDoesNotTriggerAGroupByInterval() async throws {
    let fixture = RuleFixture()
    try await running(fixture, [group()]) { scheduler in
      for _ in 0..<2 { try await tick(fixture) }
      fixture.clock.advance(by: .seconds(1))
      scheduler.samplesArrived(of: ["up"])
      try await tick(fixture)
    }
    #expect(fixture.asked.count == 3)
  }
}
