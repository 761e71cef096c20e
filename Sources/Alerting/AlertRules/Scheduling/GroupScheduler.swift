import Concurrency
import Logging
import MetricModel
package import StorageAPI
import Synchronization

/// Evaluates rule groups at their times; a reload replaces the groups while it runs.
package actor GroupScheduler {
  /// The groups that a scrape wakes.
  private struct Listeners: Sendable {
    var graph = RuleDependencyGraph([])
    var arrivals: [String: AsyncStream<Void>.Continuation] = [:]
  }

  private let services: RuleServices
  private let evaluation: RuleEvaluation
  private var settings: RuleSettings
  private var groups: [RuleGroup] = []
  private var restored: RestoredStates?
  private let listeners = Mutex(Listeners())
  private let (starts, starting) = AsyncStream.makeStream(of: RuleGroup.self)

  package init(
    _ services: RuleServices, settings: RuleSettings = RuleSettings(),
    evaluation: RuleEvaluation = .interval
  ) {
    self.services = services
    self.evaluation = evaluation
    self.settings = settings
  }

  /// Sets the groups to evaluate, at the start and at every reload.
  ///
  /// The caller passes a set that was read and checked as a whole. Groups that are equal continue
  /// untouched; a changed group takes over the alerts of rules with the same name and labels. The
  /// first call also restores the alerts that an earlier process stored.
  ///
  /// - Throws: `StorageError` if the stored alerts cannot be read; nothing changes then.
  package func load(
    _ definitions: [RuleGroupDefinition], settings: RuleSettings? = nil
  ) async throws(StorageError) {
    let isFirst = restored == nil
    let states: RestoredStates
    if let restored {
      states = restored
    } else {
      states = try await RestoredStates.read(from: services.store, log: services.log)
    }
    restored = RestoredStates.none
    if let settings { self.settings = settings }
    var old = Dictionary(groups.map { ($0.definition.key, $0) }, uniquingKeysWith: { $1 })
    var next: [RuleGroup] = []
    var fresh: [RuleGroup] = []
    var obsolete: [String] = []
    for definition in definitions {
      let before = old.removeValue(forKey: definition.key)
      if let before, before.definition == definition {
        await before.use(self.settings)
        next.append(before)
        continue
      }
      let group = RuleGroup(
        definition, services: services, settings: self.settings, restored: states)
      if let before { obsolete += await group.inherit(before.retire()) }
      next.append(group)
      fresh.append(group)
    }
    for group in old.values {
      obsolete += await group.stateKeys
      _ = await group.retire()
    }
    groups = next
    listen(next)
    if isFirst {
      var claimed: Set<String> = []
      for group in next { claimed.formUnion(await group.stateKeys) }
      obsolete += states.keys.subtracting(claimed)
    }
    for group in fresh { starting.yield(group) }
    await forget(obsolete)
  }

  private func forget(_ keys: [String]) async {
    guard !keys.isEmpty else { return }
    do {
      try await services.store.apply(keys.map { .delete(.alertStates, key: $0) })
    } catch {
      services.log.warning("cannot remove states of removed rules", metadata: ["error": "\(error)"])
    }
  }

  /// Evaluates the groups until the task is cancelled.
  ///
  /// `gate` is awaited before any evaluation: without the samples of the first scrapes, alerts that
  /// fired before a restart would be resolved.
  package func run(after gate: @escaping @Sendable () async -> Void = {}) async {
    await gate()
    await withDiscardingTaskGroup { tasks in
      for await group in starts {
        tasks.addTask { await self.attend(group) }
      }
      tasks.cancelAll()
    }
  }

  /// Wakes the groups that read one of these metrics, of which a scrape has just brought samples.
  /// Does not wait for their evaluation.
  ///
  /// Does nothing unless groups are evaluated on scrape. A group whose restored alerts are not
  /// confirmed yet is not evaluated either.
  package nonisolated func samplesArrived(of names: Set<String>) {
    wake { $0.groups(readingAnyOf: names) }
  }

  private nonisolated func wakeDependents(of group: RuleGroup) {
    wake { $0.groups(dependingOn: group.definition.key) }
  }

  /// Notifies groups that there is something to read; synchronous, so that a scrape need not enter
  /// the actor.
  private nonisolated func wake(_ choose: (RuleDependencyGraph) -> [String]) {
    listeners.withLock { listeners in
      for key in choose(listeners.graph) { listeners.arrivals[key]?.yield() }
    }
  }

  private func listen(_ groups: [RuleGroup]) {
    guard evaluation == .onScrape else { return }
    let next = Listeners(
      graph: RuleDependencyGraph(groups.map(\.definition)),
      arrivals: Dictionary(
        groups.map { ($0.definition.key, $0.arrival) }, uniquingKeysWith: { $1 }))
    listeners.withLock { $0 = next }
  }

  private nonisolated func attend(_ group: RuleGroup) async {
    await withDiscardingTaskGroup { tasks in
      if evaluation == .onScrape { tasks.addTask { await self.evaluateOnScrape(group) } }
      await evaluateAtTicks(group)
      tasks.cancelAll()
    }
  }

  /// Evaluates a group when samples have arrived that it reads, with pauses in which notifications
  /// are gathered.
  private nonisolated func evaluateOnScrape(_ group: RuleGroup) async {
    for await _ in group.arrivals {
      guard await group.evaluate(at: services.clock.now, because: .scrape) else { continue }
      wakeDependents(of: group)
      do {
        try await services.clock.sleep(for: await group.rest)
      } catch {
        return
      }
    }
  }

  private nonisolated func evaluateAtTicks(_ group: RuleGroup) async {
    let ticks = EvaluationTicks(group.definition)
    var tick = ticks.tick(after: services.clock.now)
    guard await sleep(until: tick, atMost: ticks.interval) else { return }
    while !Task.isCancelled {
      guard await !group.hasEnded else {
        await end(group)
        return
      }
      await group.evaluate(at: tick)
      let due = tick + ticks.interval
      guard await sleep(until: due, atMost: ticks.interval) else { return }
      let next = ticks.next(after: tick, at: services.clock.now)
      if next.missed > 0 { await group.countMissed(next.missed) }
      tick = next.tick
    }
  }

  /// Waits for an instant, but for `limit` at most, since the clock may have been set back. Returns
  /// false when cancelled.
  private nonisolated func sleep(until instant: Timestamp, atMost limit: Duration) async -> Bool {
    let distance = instant - services.clock.now
    guard distance > .zero else { return !Task.isCancelled }
    do {
      try await services.clock.sleep(for: min(distance, limit))
      return true
    } catch {
      return false
    }
  }

  /// Marks the series of a removed group as stale, two intervals later, so that a group that was
  /// only renamed leaves no gap.
  private nonisolated func end(_ group: RuleGroup) async {
    guard await !isReplaced(group) else { return }
    let patience = group.definition.interval * 2
    let due = services.clock.now + patience
    guard await sleep(until: due, atMost: patience), await !isReplaced(group) else { return }
    await group.endAllSeries(at: services.clock.now)
  }

  private func isReplaced(_ group: RuleGroup) -> Bool {
    groups.contains { $0.definition.key == group.definition.key }
  }

  /// The running groups, in the order in which they were loaded.
  package func snapshot() async -> [RuleGroupSnapshot] {
    var snapshots: [RuleGroupSnapshot] = []
    for group in groups { snapshots.append(await group.snapshot) }
    return snapshots
  }
}
