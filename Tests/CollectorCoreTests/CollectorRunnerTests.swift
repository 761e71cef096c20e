import SystemAccess
import CollectorCore
import ExpositionFormat
import Glibc
import Synchronization
import TestSupport
import Testing

/// A collector made of a closure.
private struct ClosureCollector: Collector {
  let body: @Sendable (inout FamilyBuffer, ScrapeContext) async throws -> Void

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    try await body(&buffer, context)
  }
}

/// A gate that opens once, for all waiting tasks.
private final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var waiters: [CheckedContinuation<Void, Never>] = []
    var arrivals = 0
  }
  private let state = Mutex(State())

  var arrivals: Int { state.withLock { $0.arrivals } }

  func pass() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        state.arrivals += 1
        if !state.isOpen { state.waiters.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func waitForArrivals(_ count: Int) async throws {
    try await eventually("\(count) have come") { arrivals >= count }
  }
}

/// A counter that several tasks share.
private final class Counter: Sendable {
  private let count = Atomic(0)

  var value: Int { count.load(ordering: .acquiring) }

  func add() { count.add(1, ordering: .acquiringAndReleasing) }
}

private struct Broken: Error, CustomStringConvertible {
  var description: String { "it broke" }
}

private func gauge(_ name: String, _ value: Double = 1) -> ClosureCollector {
  ClosureCollector { buffer, _ in buffer.gauge(name, "Test.", value) }
}

private func has(_ gathering: Gathering, _ line: String) -> Bool {
  String(decoding: gathering.bytes, as: UTF8.self).split(separator: "\n").contains { $0 == line }
}

@Test func aThrowingCollectorLosesOnlyItsOwnFamilies() async {
  let bad = ClosureCollector { buffer, _ in
    buffer.gauge("half", "Partial.", 1)
    throw Broken()
  }
  let empty = ClosureCollector { _, _ in throw NoData("no such device") }
  var system = ScheduledCollector("bad", bad)
  system.referencePrefix = "node"
  system.execution = .sequential("system")
  let runner = CollectorRunner([
    system, ScheduledCollector("empty", empty), ScheduledCollector("good", gauge("whole")),
  ])
  let gathering = await runner.gather(within: .seconds(10))
  #expect(has(gathering, "whole 1"))
  #expect(!has(gathering, "half 1"))
  #expect(has(gathering, #"node_scrape_collector_success{collector="bad"} 0"#))
  #expect(has(gathering, #"tocsin_collector_state{collector="bad",state="error"} 1"#))
  #expect(has(gathering, #"tocsin_collector_failures_total{collector="bad"} 1"#))
  #expect(has(gathering, #"tocsin_collector_state{collector="empty",state="nodata"} 1"#))
  #expect(has(gathering, #"tocsin_collector_success{collector="empty"} 0"#))
  #expect(has(gathering, #"tocsin_collector_failures_total{collector="empty"} 0"#))
  #expect(has(gathering, #"tocsin_collector_success{collector="good"} 1"#))
  #expect(gathering.reports.map(\.message) == ["it broke", "no such device", ""])
}

@Test func aHangingCollectorIsLeftBehindAndNotStartedAgainUntilItEnds() async throws {
  let clock = ManualClock()
  let gate = Gate()
  let hanging = ClosureCollector { buffer, _ in
    await gate.pass()
    buffer.gauge("late", "Late.", 1)
  }
  let runner = CollectorRunner(
    [ScheduledCollector("hanging", hanging), ScheduledCollector("good", gauge("whole"))],
    clock: clock.timeSource)
  for round in 1...2 {
    let scrape = Task { await runner.gather(within: .seconds(10)) }
    if round == 1 {
      try await gate.waitForArrivals(1)
      try await clock.waitForSleepers(1)
      clock.advance(by: .seconds(10))
    }
    let gathering = await scrape.value
    #expect(has(gathering, "whole 1"))
    #expect(has(gathering, #"tocsin_collector_state{collector="hanging",state="timeout"} 1"#))
    #expect(has(gathering, #"tocsin_collector_timeouts_total{collector="hanging"} 1"#))
    #expect(has(gathering, #"tocsin_collector_runs_total{collector="hanging"} 1"#))
  }
  #expect(gate.arrivals == 1)
  gate.open()
  // The late run's families are never shown; the next run's are.
  var gathering = await runner.gather(within: .seconds(10))
  try await eventually("the late run has ended, and another one after it") {
    if has(gathering, "late 1") { return true }
    #expect(has(gathering, #"tocsin_collector_success{collector="hanging"} 0"#))
    gathering = await runner.gather(within: .seconds(10))
    return false
  }
  #expect(has(gathering, #"tocsin_collector_runs_total{collector="hanging"} 2"#))
  #expect(has(gathering, #"tocsin_collector_success{collector="hanging"} 1"#))
}

@Test func aCollectorThatBlocksItsThreadHoldsUpNeitherItsGroupNorTheScrape() async throws {
  // Blocks in the kernel, as a read from a dead disk does: a cancellation cannot interrupt it.
  let release = Mutex(false)
  let blocked = Mutex(false)
  let blocking = ClosureCollector { _, _ in
    blocked.withLock { $0 = true }
    while !release.withLock({ $0 }) { usleep(1000) }
  }
  let clock = ManualClock()
  let collectors = [
    ("a", blocking as any Collector), ("b", gauge("one")), ("c", gauge("two")),
  ].map { name, collector in
    var scheduled = ScheduledCollector(name, collector)
    scheduled.execution = .sequential("system")
    return scheduled
  }
  let runner = CollectorRunner(collectors, clock: clock.timeSource)
  let scrape = Task { await runner.gather(within: .seconds(10)) }
  try await eventually("the thread is blocked") { blocked.withLock { $0 } }
  try await clock.waitForSleepers(1)
  clock.advance(by: .seconds(5))
  let gathering = await scrape.value
  #expect(gathering.reports.map(\.state) == [.timeout, .ok, .ok])
  #expect(has(gathering, "one 1") && has(gathering, "two 1"))
  release.withLock { $0 = true }
}

@Test func aTaskLeftBehindByItsGroupStillEndsAndRunsAgain() async throws {
  // It suspends rather than blocks: when it resumes, its group's thread has long ended.
  let clock = ManualClock()
  let gate = Gate()
  let hanging = ClosureCollector { buffer, _ in
    await gate.pass()
    buffer.gauge("late", "Late.", 1)
  }
  var scheduled = ScheduledCollector("hanging", hanging)
  scheduled.execution = .sequential("system")
  let runner = CollectorRunner([scheduled], clock: clock.timeSource)
  let scrape = Task { await runner.gather(within: .seconds(10)) }
  try await gate.waitForArrivals(1)
  try await clock.waitForSleepers(1)
  clock.advance(by: .seconds(10))
  #expect(await scrape.value.reports.map(\.state) == [.timeout])
  gate.open()
  try await eventually("the task has ended, and another one after it") {
    has(await runner.gather(within: .seconds(10)), "late 1")
  }
}

@Test func equalScrapesAtTheSameTimeShareOneRun() async throws {
  let gate = Gate()
  let runs = Mutex(0)
  let collector = ClosureCollector { buffer, _ in
    runs.withLock { $0 += 1 }
    await gate.pass()
    buffer.gauge("x", "X.", 1)
  }
  let runner = CollectorRunner([ScheduledCollector("x", collector)])
  let first = Task { await runner.gather(within: .seconds(60)) }
  try await gate.waitForArrivals(1)
  let begun = Counter()
  let others = (0..<5).map { _ in
    Task {
      begun.add()
      return await runner.gather(within: .seconds(120))
    }
  }
  try await eventually("all others ask") { begun.value == 5 }
  // The earlier requests have joined the run by now.
  for _ in 0..<10 { _ = await runner.gather(within: .seconds(1), selection: .only([])) }
  gate.open()
  let bytes = await first.value.bytes
  for other in others { #expect(await other.value.bytes == bytes) }
  #expect(runs.withLock { $0 } == 1)
}

@Test func aSelectionRunsOnlyWhatItNames() async {
  let runner = CollectorRunner([
    ScheduledCollector("a", gauge("one")), ScheduledCollector("b", gauge("two")),
  ])
  let only = await runner.gather(within: .seconds(10), selection: .only(["b"]))
  #expect(only.reports.map(\.name) == ["b"])
  #expect(!has(only, "one 1") && has(only, "two 1"))
  let rest = await runner.gather(within: .seconds(10), selection: .except(["b"]))
  #expect(has(rest, "one 1") && !has(rest, "two 1"))
  #expect(runner.collectorNames == ["a", "b"])
}

@Test func aCollectorWithAnIntervalShowsItsLastResultWithItsAgeAndThenAsStale() async throws {
  let clock = ManualClock()
  let runs = Mutex(0)
  let collector = ClosureCollector { buffer, _ in
    let run = runs.withLock { runs in
      runs += 1
      return runs
    }
    buffer.gauge("slow", "Slow.", Double(run))
  }
  var scheduled = ScheduledCollector("slow", collector)
  scheduled.schedule = .every(.seconds(60))
  let runner = CollectorRunner([scheduled], clock: clock.timeSource)
  // The first scrape does not wait for the interval.
  #expect(has(await runner.gather(within: .seconds(5)), "slow 1"))
  clock.advance(by: .seconds(30))
  let aged = await runner.gather(within: .seconds(5))
  #expect(has(aged, "slow 1"))
  #expect(has(aged, #"tocsin_collector_cache_age_seconds{collector="slow"} 30"#))
  clock.advance(by: .seconds(100))
  let stale = await runner.gather(within: .seconds(5))
  #expect(has(stale, "slow 1"))
  #expect(stale.reports.map(\.state) == [.stale])
  clock.advance(by: .seconds(100))
  #expect(!has(await runner.gather(within: .seconds(5)), "slow 1"))
  let service = Task { await runner.run() }
  try await eventually("it runs on its own") { runs.withLock { $0 } >= 2 }
  service.cancel()
  await service.value
  #expect(has(await runner.gather(within: .seconds(5)), "slow \(runs.withLock { $0 })"))
}

@Test func oneFamilyOfSeveralCollectorsIsMergedUnderOneHeader() async {
  func server(_ name: String, _ label: String) -> ScheduledCollector {
    var scheduled = ScheduledCollector(name, gauge("pg_up"))
    scheduled.constantLabels = [("server", label)]
    return scheduled
  }
  let counter = ClosureCollector { buffer, _ in buffer.counter("pg_up", "Not a gauge.", 3) }
  let runner = CollectorRunner([
    server("a", "one"), server("b", "two"), server("c", "two"), ScheduledCollector("d", counter),
  ])
  for round in 1...2 {
    let gathering = await runner.gather(within: .seconds(10))
    let text = String(decoding: gathering.bytes, as: UTF8.self)
    #expect(
      text.contains("# TYPE pg_up gauge\npg_up{server=\"one\"} 1\npg_up{server=\"two\"} 1\n#"))
    if round == 2 { #expect(has(gathering, "tocsin_collector_merge_dropped_total 2")) }
  }
}
