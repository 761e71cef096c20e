import MetricModel
import StorageAPI
import Synchronization
import Testing

@testable import AlertRules

private let down = RuleSample(labels: ["__name__": "up", "job": "node"], value: 0)

private func group(
  _ name: String = "g", hold: PrometheusDuration = .zero, keep: PrometheusDuration = .zero,
  labels: [String: String] = [:], annotations: [String: String] = [:]
) -> RuleGroupDefinition {
  RuleGroupDefinition(
    file: "r.yml", name: name, interval: .seconds(15),
    rules: [
      RuleDefinition(
        .alert("Down"), expression: "up == 0", hold: hold, keepFiringFor: keep, labels: labels,
        annotations: annotations)
    ])
}

@Suite struct GroupSchedulerTests {
  /// Runs a scheduler while the test moves the clock.
  private func running(
    _ world: RuleWorld, _ groups: [RuleGroupDefinition], settings: RuleSettings = RuleSettings(),
    gate: @escaping @Sendable () async -> Void = {}, _ body: (GroupScheduler) async throws -> Void
  ) async throws {
    let scheduler = GroupScheduler(world.services, settings: settings)
    try await scheduler.load(groups)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await scheduler.run(after: gate) }
      try await body(scheduler)
      tasks.cancelAll()
    }
  }

  /// Moves the clock by one interval and waits until the group has been evaluated.
  private func tick(_ world: RuleWorld, groups: Int = 1) async {
    await world.clock.untilAsleep(groups)
    world.clock.advance(seconds: 15)
    await world.clock.untilAsleep(groups)
  }

  @Test func g2_g3_evaluationsHappenAtSlots() async throws {
    let world = RuleWorld()
    try await running(world, [group()]) { _ in
      for _ in 0..<3 { await tick(world) }
    }
    let times = world.asked.map(\.at.rawValue)
    let offset = EvaluationTicks(group()).offset
    #expect(times.count == 3)
    #expect(times.allSatisfy { ($0 - offset) % 15_000 == 0 })
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 15_000 })
  }

  @Test func g4_missedSlotsAreCounted() async throws {
    let world = RuleWorld()
    try await running(world, [group()]) { scheduler in
      await tick(world)
      let last = try #require(world.asked.last?.at)
      world.clock.advance(seconds: 65)
      await world.clock.untilAsleep(1)
      let missed = Int(world.clock.now.milliseconds(since: last)) / 15_000 - 1
      let metrics = await scheduler.snapshot()[0].metrics
      #expect(missed >= 3)
      #expect(metrics.iterationsMissed == missed)
      #expect(metrics.iterations == missed + 2)
      #expect(metrics.evaluations == 2)
    }
  }

  @Test func nothingIsEvaluatedBeforeTheGateOpens() async throws {
    let world = RuleWorld()
    let gate = AsyncStream.makeStream(of: Void.self)
    try await running(world, [group()]) {
      for await _ in gate.stream { break }
    } _: { _ in
      world.clock.advance(seconds: 60)
      #expect(world.asked.isEmpty)
      gate.continuation.yield()
      await tick(world)
      #expect(world.asked.count == 1)
    }
  }

  @Test func f8_aRestartDoesNotRestartFor() async throws {
    let store = MemoryStates()
    let first = RuleWorld(store: store)
    first.answer("up == 0", [down])
    try await running(first, [group(hold: .seconds(60))]) { _ in
      for _ in 0..<3 { await tick(first) }
    }
    #expect(first.changes == ["inactive>pending"])
    let second = RuleWorld(store: store)
    second.clock.advance(seconds: 50)
    second.answer("up == 0", [down])
    try await running(second, [group(hold: .seconds(60))]) { scheduler in
      #expect(await scheduler.snapshot()[0].rules[0].alerts.map(\.machine.state) == [.pending])
      for _ in 0..<2 { await tick(second) }
    }
    // Pending since the first process's first slot; 60 s are over at the second process's first or second slot.
    #expect(second.changes == ["pending>firing"])
  }

  @Test func f8_whatFiresGoesOnAndWhatEndedUnsentIsSent() async throws {
    let store = MemoryStates()
    let first = RuleWorld(store: store)
    first.answer("up == 0", [down])
    try await running(first, [group()]) { _ in await tick(first) }
    let started = try #require(first.sent.first?.startsAt)
    let second = RuleWorld(store: store)
    second.clock.advance(seconds: 7200)
    try await running(second, [group()]) { _ in
      // Missing in the first round after the start is no end yet.
      await tick(second)
      #expect(second.changes.isEmpty)
      await tick(second)
    }
    #expect(second.changes == ["firing>inactive"])
    #expect(second.sent.last?.startsAt == started)
    #expect(second.sent.last.map { $0.endsAt <= second.clock.now } == true)
  }

  @Test func statesOfRemovedRulesAreForgottenAtTheStart() async throws {
    let store = MemoryStates()
    let first = RuleWorld(store: store)
    first.answer("up == 0", [down])
    try await running(first, [group()]) { _ in await tick(first) }
    #expect(store.count(.alertStates) == 1)
    let second = RuleWorld(store: store)
    try await running(second, [group("other")]) { _ in }
    #expect(store.count(.alertStates) == 0)
  }

  @Test func l2_equalGroupsGoOnUntouched() async throws {
    let world = RuleWorld()
    world.answer("up == 0", [down])
    try await running(world, [group()]) { scheduler in
      await tick(world)
      try await scheduler.load([group()])
      await tick(world)
      #expect(world.clock.sleeperCount == 1)
      #expect(await scheduler.snapshot()[0].metrics.iterations == 2)
    }
    #expect(world.changes == ["inactive>firing"])
  }

  @Test func l3_changedRulesKeepTheirAlerts() async throws {
    let world = RuleWorld()
    world.answer("up == 0", [down])
    try await running(world, [group()]) { scheduler in
      await tick(world)
      try await scheduler.load([group(annotations: ["summary": "new"])])
      await tick(world, groups: 1)
      await tick(world, groups: 1)
      let alerts = await scheduler.snapshot()[0].rules[0].alerts
      #expect(alerts.map(\.machine.state) == [.firing])
    }
    #expect(world.changes == ["inactive>firing"])
  }

  @Test func l3_l4_otherLabelsAreAnotherRule() async throws {
    let world = RuleWorld()
    world.answer("up == 0", [down])
    try await running(world, [group()]) { scheduler in
      await tick(world)
      world.samples.removeAll()
      try await scheduler.load([group(labels: ["severity": "page"])])
      await tick(world)
      await tick(world)
    }
    let ended = world.samples.written.filter(\.isStale).map(\.labels)
    #expect(
      ended.contains([
        "__name__": "ALERTS", "alertname": "Down", "alertstate": "firing", "job": "node",
      ]))
    #expect(world.store.count(.alertStates) == 1)
    #expect(world.changes == ["inactive>firing", "inactive>firing"])
  }

  @Test func l5_theSeriesOfARemovedGroupEndLater() async throws {
    let world = RuleWorld()
    world.answer("up == 0", [down])
    try await running(world, [group()]) { scheduler in
      await tick(world)
      world.samples.removeAll()
      try await scheduler.load([])
      await world.clock.untilAsleep(1)
      world.clock.advance(seconds: 15)
      await world.clock.untilAsleep(1)
      #expect(world.samples.written.isEmpty)
      world.clock.advance(seconds: 30)
      while world.samples.written.isEmpty { await Task.yield() }
      #expect(world.samples.written.allSatisfy { $0.isStale })
      #expect(world.store.count(.alertStates) == 0)
    }
  }

  @Test func l6_stoppingWritesNothing() async throws {
    let world = RuleWorld()
    world.answer("up == 0", [down])
    try await running(world, [group()]) { _ in
      await tick(world)
      world.samples.removeAll()
    }
    #expect(world.samples.written.isEmpty)
  }

  // MARK: - Evaluation on scrape

  /// Runs a scheduler that evaluates on scrape, after the first two slots.
  private func following(
    _ world: RuleWorld, _ groups: [RuleGroupDefinition],
    _ body: (GroupScheduler) async throws -> Void
  ) async throws {
    let scheduler = GroupScheduler(world.services, evaluation: .onScrape)
    try await scheduler.load(groups)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await scheduler.run() }
      for _ in 0..<2 { await tick(world, groups: groups.count) }
      try await body(scheduler)
      tasks.cancelAll()
    }
  }

  @Test func aScrapeOfWhatAnAlertReadsHasItEvaluatedAtOnce() async throws {
    let world = RuleWorld()
    try await following(world, [group()]) { scheduler in
      world.answer("up == 0", [down])
      world.clock.advance(seconds: 1)
      scheduler.landed(["up", "go_goroutines"])
      // The group rests, and its slot is awaited.
      await world.clock.untilAsleep(2)
      #expect(world.asked.last?.at == world.clock.now)
      #expect(world.changes == ["inactive>firing"])
      let metrics = await scheduler.snapshot()[0].metrics
      #expect(metrics.iterations == 2)
      #expect(metrics.evaluationsOnScrape == 1)
    }
  }

  @Test func landingsDuringTheRestAreEvaluatedOnceBehindIt() async throws {
    let world = RuleWorld()
    try await following(world, [group()]) { scheduler in
      let before = world.asked.count
      scheduler.landed(["up"])
      await world.clock.untilAsleep(2)
      for _ in 0..<5 { scheduler.landed(["up"]) }
      #expect(world.asked.count - before <= 1)
      world.clock.advance(seconds: 1)
      await world.clock.untilAsleep(2)
      #expect(world.asked.last?.at == world.clock.now)
      // The first of them fell on the slot's own instant or not, the five were one.
      #expect(await scheduler.snapshot()[0].metrics.evaluationsOnScrape <= 2)
    }
  }

  @Test func whatTheAlertDoesNotReadIsNoReason() async throws {
    let world = RuleWorld()
    try await following(world, [group()]) { scheduler in
      let before = world.asked.count
      world.clock.advance(seconds: 1)
      scheduler.landed(["go_goroutines"])
      await tick(world)
      #expect(world.asked.count == before + 1)
      #expect(await scheduler.snapshot()[0].metrics.evaluationsOnScrape == 0)
    }
  }

  @Test func f8_whatFiredBeforeAStartMayBeMissingForARoundOfSlots() async throws {
    let store = MemoryStates()
    let first = RuleWorld(store: store)
    first.answer("up == 0", [down])
    try await running(first, [group()]) { _ in await tick(first) }
    let second = RuleWorld(store: store)
    let scheduler = GroupScheduler(second.services, evaluation: .onScrape)
    try await scheduler.load([group()])
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await scheduler.run() }
      for _ in 0..<2 {
        second.clock.advance(seconds: 1)
        scheduler.landed(["up"])
        #expect(second.changes.isEmpty)
        await tick(second)
      }
      #expect(await scheduler.snapshot()[0].metrics.evaluationsOnScrape == 0)
      tasks.cancelAll()
    }
    #expect(second.changes == ["firing>inactive"])
  }

  @Test func byIntervalAScrapeIsNoReason() async throws {
    let world = RuleWorld()
    try await running(world, [group()]) { scheduler in
      for _ in 0..<2 { await tick(world) }
      world.clock.advance(seconds: 1)
      scheduler.landed(["up"])
      await tick(world)
    }
    #expect(world.asked.count == 3)
  }
}
