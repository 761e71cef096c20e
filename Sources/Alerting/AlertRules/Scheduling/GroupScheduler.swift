import Logging
import MetricModel
package import StorageAPI
import Synchronization

/// Evaluates rule groups at their times, and swaps one set of groups for another while it runs (G1-G5, L1-L7).
package actor GroupScheduler {
  /// Whom a scrape wakes.
  private struct Listeners: Sendable {
    var feeds = RuleDependencyGraph([])
    var landings: [String: AsyncStream<Void>.Continuation] = [:]
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
  /// The caller hands over a set that was read and checked as a whole (L1). Groups that are equal go on untouched (L2); changed ones
  /// inherit the alerts of rules with the same name and labels (L3). The first call also restores what an earlier process left;
  /// it throws, and changes nothing, if that cannot be read.
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
  /// `gate` is awaited before any evaluation: the first scrapes must have landed, or alerts that were firing before a
  /// restart would seem to have ended.
  package func run(after gate: @escaping @Sendable () async -> Void = {}) async {
    await gate()
    await withDiscardingTaskGroup { tasks in
      for await group in starts {
        tasks.addTask { await self.attend(group) }
      }
      tasks.cancelAll()
    }
  }

  /// Has the groups evaluated that read metrics of these names, which a scrape has just brought. Does not wait for them.
  ///
  /// Nothing happens unless groups are evaluated on scrape, and nothing for a group that waits for alerts of an earlier process.
  package nonisolated func landed(_ names: Set<String>) {
    wake { $0.groups(readingAnyOf: names) }
  }

  private nonisolated func wakeFollowers(of group: RuleGroup) {
    wake { $0.groups(following: group.definition.key) }
  }

  /// Tells groups that there is something to read; no scrape changes actors for that.
  private nonisolated func wake(_ choose: (RuleDependencyGraph) -> [String]) {
    listeners.withLock { listeners in
      for key in choose(listeners.feeds) { listeners.landings[key]?.yield() }
    }
  }

  private func listen(_ groups: [RuleGroup]) {
    guard evaluation == .onScrape else { return }
    let next = Listeners(
      feeds: RuleDependencyGraph(groups.map(\.definition)),
      landings: Dictionary(
        groups.map { ($0.definition.key, $0.landing) }, uniquingKeysWith: { $1 }))
    listeners.withLock { $0 = next }
  }

  private nonisolated func attend(_ group: RuleGroup) async {
    await withDiscardingTaskGroup { tasks in
      if evaluation == .onScrape { tasks.addTask { await self.followScrapes(group) } }
      await keepSlots(group)
      tasks.cancelAll()
    }
  }

  /// Evaluates a group when data have landed that it reads, with rests in between in which landings are gathered.
  private nonisolated func followScrapes(_ group: RuleGroup) async {
    for await _ in group.landings {
      guard await group.evaluate(at: services.clock.now(), because: .scrape) else { continue }
      wakeFollowers(of: group)
      do {
        try await services.clock.sleep(await group.rest)
      } catch {
        return
      }
    }
  }

  private nonisolated func keepSlots(_ group: RuleGroup) async {
    let slots = EvaluationTicks(group.definition)
    var slot = slots.slot(after: services.clock.now())
    guard await sleep(until: slot, atMost: slots.interval) else { return }
    while !Task.isCancelled {
      guard await !group.hasEnded else {
        await end(group)
        return
      }
      await group.evaluate(at: slot)
      let due = slot.adding(milliseconds: slots.interval)
      guard await sleep(until: due, atMost: slots.interval) else { return }
      let next = slots.next(after: slot, at: services.clock.now())
      if next.missed > 0 { await group.countMissed(next.missed) }
      slot = next.slot
    }
  }

  /// Waits for an instant, but not longer than some milliseconds: the clock may have been set back. False when cancelled.
  private nonisolated func sleep(until instant: Timestamp, atMost limit: Int64) async -> Bool {
    let distance = instant.milliseconds(since: services.clock.now())
    guard distance > 0 else { return !Task.isCancelled }
    do {
      try await services.clock.sleep(min(distance, limit))
      return true
    } catch {
      return false
    }
  }

  /// Ends the series of a group that was removed, some time after, so that a group that was only moved leaves no gap (L5).
  private nonisolated func end(_ group: RuleGroup) async {
    guard await !isReplaced(group) else { return }
    let patience = 2 * group.definition.interval.rawValue
    let due = services.clock.now().adding(milliseconds: patience)
    guard await sleep(until: due, atMost: patience), await !isReplaced(group) else { return }
    await group.endAllSeries(at: services.clock.now())
  }

  private func isReplaced(_ group: RuleGroup) -> Bool {
    groups.contains { $0.definition.key == group.definition.key }
  }

  /// The running groups as the API shows them, in the order they were loaded (Q3).
  package func snapshot() async -> [RuleGroupSnapshot] {
    var snapshots: [RuleGroupSnapshot] = []
    for group in groups { snapshots.append(await group.snapshot) }
    return snapshots
  }
}
