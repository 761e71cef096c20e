import Logging
import MetricModel
import StorageAPI
import Synchronization
import Testing
import TestSupport

@testable import Scraping

/// A scheduler with a manual clock and scripted answers.
private struct Fixture {
  let clock = ManualClock()
  let fetcher: ScriptedFetcher
  let appender = MemoryAppender()
  let scheduler: TargetScheduler

  init(
    _ answers: [String: String], onScrape: @escaping @Sendable (ScrapeReport) -> Void = { _ in }
  ) {
    fetcher = ScriptedFetcher(answers)
    scheduler = TargetScheduler(
      appender: appender, fetcher: fetcher, clock: clock.timeSource,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onScrape: onScrape)
  }

  /// Waits until `count` loops sleep, then lets them do their first scrape.
  func firstRound(of count: Int) async throws {
    try await clock.waitForSleepers(count)
    clock.advance(by: .seconds(1))
    await scheduler.firstRound()
    try await clock.waitForSleepers(count)
  }
}

private func job(_ addresses: [String], _ change: (inout ScrapeJob) -> Void = { _ in }) -> ScrapeJob
{
  var job = ScrapeJob(name: "j")
  job.interval = .seconds(15)
  job.staticTargets = [TargetGroup(addresses: addresses)]
  change(&job)
  return job
}

@Suite(.timeLimit(.minutes(20)))
struct TargetSchedulerTests {
  @Test func scrapesEveryIntervalWithoutDrift() async throws {
    let fixture = Fixture(["http://a:1/metrics": "m 1\n"])
    await fixture.scheduler.apply([job(["a:1"])])
    try await fixture.firstRound(of: 1)
    for round in 1...5 {
      fixture.clock.advance(by: fixture.clock.untilNextWake ?? .zero)
      try await fixture.clock.waitForSleepers(1)
      #expect(fixture.appender.batches.count == round + 1)
    }
    let times = fixture.appender.batches.dropFirst().compactMap { $0.first?.time.rawValue }
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 15_000 })
    await fixture.scheduler.stop()
    #expect(fixture.appender.batches.count == 6)
  }

  /// After a clock change or a suspend of the machine no scrape is skipped, none follows at once,
  /// and the slots are found again.
  @Test(arguments: [3_600_000, -3_600_000, 7_123, -7_123, 31_536_000_000, -31_536_000_000])
  func clockJumpsAreSurvived(by jump: Int64) async throws {
    let fixture = Fixture(["http://a:1/metrics": "m 1\n"])
    await fixture.scheduler.apply([job(["a:1"])])
    try await fixture.firstRound(of: 1)
    for round in 1...8 {
      if round == 4 { fixture.clock.setWall(by: .milliseconds(jump)) }
      let wait = fixture.clock.untilNextWake ?? .zero
      #expect((.milliseconds(1) ... .seconds(15)).contains(wait), "round \(round)")
      fixture.clock.advance(by: wait)
      try await fixture.clock.waitForSleepers(1)
      #expect(fixture.appender.batches.count == round + 1)
    }
    await fixture.scheduler.stop()
    let times = fixture.appender.batches.compactMap { $0.first?.time.rawValue }
    let steps = zip(times.dropFirst(), times.dropFirst(2)).map { $1 - $0 }
    // Two whole steps, the jump, one step to the next slot, and whole steps again.
    #expect(steps[..<2] == [15_000, 15_000])
    #expect(steps[2] == 15_000 + jump)
    #expect((1...15_000).contains(steps[3]))
    #expect(steps[4...] == [15_000, 15_000, 15_000])
  }

  @Test func neverScrapesATargetTwiceAtOnce() async throws {
    let fixture = Fixture(["http://a:1/metrics": "m 1\n"])
    fixture.fetcher.hold()
    await fixture.scheduler.apply([job(["a:1"])])
    try await fixture.clock.waitForSleepers(1)
    fixture.clock.advance(by: .seconds(1))
    try await eventually { fixture.fetcher.fetched.count == 1 }
    fixture.clock.advance(by: .seconds(60))
    fixture.fetcher.release()
    try await fixture.clock.waitForSleepers(1)
    #expect(fixture.fetcher.fetched.count == 1)
    #expect(fixture.clock.untilNextWake.map { $0 <= .seconds(15) } == true)
    #expect(fixture.fetcher.mostRunning == 1)
    await fixture.scheduler.stop()
  }

  @Test func showsHealthReasonAndMetadata() async throws {
    let fixture = Fixture([
      "http://a:1/metrics": "# HELP m Help.\n# TYPE m gauge\nm 1\n",
      "http://b:1/metrics": "m one\n",
    ])
    var limited = job(["d:1", "e:1"]) { $0.limits.targets = 1 }
    limited.name = "limited"
    await fixture.scheduler.apply([
      job(["a:1", "b:1", "c:1"]) {
        $0.relabelRules = [try? RelabelRule(action: .drop, regex: "x")].compactMap { $0 }
      }, limited,
    ])
    try await fixture.firstRound(of: 5)
    let targets = await fixture.scheduler.targets()
    #expect(targets.map(\.target.url).first == "http://a:1/metrics")
    #expect(targets.map(\.health) == [.up, .down, .down, .down, .down])
    #expect(
      targets.map(\.lastError) == [
        "", "malformed exposition, line 1: expected a value, found \"one\"", "connection refused",
        "target_limit 1 exceeded", "target_limit 1 exceeded",
      ])
    #expect(targets.allSatisfy { $0.lastScrape != nil })
    let metadata = await fixture.scheduler.metadata()
    #expect(metadata[0].families == ["m": FamilyMetadata(type: .gauge, help: "Help.")])
    let counts = fixture.scheduler.counts
    #expect((counts.scrapes, counts.failures, counts.malformed) == (5, 4, 1))
    await fixture.scheduler.stop()
  }

  @Test func aReloadLeavesUnchangedTargetsAndEndsRemovedOnes() async throws {
    let fixture = Fixture(["http://a:1/metrics": "m 1\n", "http://b:1/metrics": "m 1\n"])
    await fixture.scheduler.apply([job(["a:1", "b:1"])])
    try await fixture.firstRound(of: 2)
    await fixture.scheduler.apply([job(["a:1", "c:1"])])
    let ends = fixture.appender.samples.filter(\.isStale)
    #expect(ends.count == 6)
    #expect(ends.allSatisfy { $0.labels["instance"] == "b:1" })
    try await fixture.clock.waitForSleepers(2)
    #expect(fixture.fetcher.fetched.sorted() == ["http://a:1/metrics", "http://b:1/metrics"])
    let before = await fixture.scheduler.targets()
    #expect(before.map(\.health) == [.up, .unknown])
    await fixture.scheduler.stop()
  }

  @Test func theSeriesOfAChangedTargetContinue() async throws {
    let fixture = Fixture(["http://a:1/metrics": "m 1\n"])
    await fixture.scheduler.apply([job(["a:1"])])
    try await fixture.firstRound(of: 1)
    await fixture.scheduler.apply([job(["a:1"]) { $0.timeout = .seconds(3) }])
    try await fixture.firstRound(of: 1)
    #expect(fixture.fetcher.fetched.count == 2)
    await fixture.scheduler.stop()
    let all = fixture.appender.samples
    #expect(!all.contains { $0.isStale })
  }

  @Test func everyScrapeIsReported() async throws {
    let reports = Mutexed<[Bool]>([])
    let fixture = Fixture(["http://a:1/metrics": "m 1\n"]) { report in
      reports.value.withLock { $0.append(report.isUp) }
    }
    await fixture.scheduler.apply([job(["a:1", "b:1"])])
    try await fixture.firstRound(of: 2)
    #expect(reports.value.withLock { $0.sorted { $0 && !$1 } } == [true, false])
    await fixture.scheduler.stop()
    await fixture.scheduler.firstRound()
  }

  @Test func stopsWhileAScrapeHangs() async throws {
    let fixture = Fixture(["http://a:1/metrics": "m 1\n"])
    fixture.fetcher.hold()
    await fixture.scheduler.apply([job(["a:1"])])
    try await fixture.clock.waitForSleepers(1)
    fixture.clock.advance(by: .seconds(1))
    try await eventually { fixture.fetcher.fetched.count == 1 }
    async let stopped: Void = fixture.scheduler.stop()
    try await eventually { await fixture.scheduler.isStopped }
    fixture.fetcher.release()
    await stopped
  }
}

/// A mutex that closures can share.
private final class Mutexed<Value: Sendable>: Sendable {
  let value: Mutex<Value>
  init(_ value: sending Value) { self.value = Mutex(value) }
}
