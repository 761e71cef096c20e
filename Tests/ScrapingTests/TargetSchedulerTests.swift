import Logging
import MetricModel
import StorageAPI
import Synchronization
import Testing
import TestSupport

@testable import Scraping

/// A scheduler whose time and answers are the test's.
private struct Desk {
  let clock = ManualScrapeClock()
  let fetcher: ScriptedFetcher
  let appender = MemoryAppender()
  let scheduler: TargetScheduler

  init(
    _ answers: [String: String], onScrape: @escaping @Sendable (ScrapeReport) -> Void = { _ in }
  ) {
    fetcher = ScriptedFetcher(answers)
    scheduler = TargetScheduler(
      appender: appender, fetcher: fetcher, clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onScrape: onScrape)
  }

  /// Lets all loops that sleep do their first scrape.
  func firstRound(of count: Int) async {
    await clock.waitForSleepers(count)
    clock.advance(milliseconds: 1000)
    await scheduler.firstRound()
    await clock.waitForSleepers(count)
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

@Suite(.timeLimit(.minutes(1)))
struct TargetSchedulerTests {
  @Test func scrapesEveryIntervalWithoutDrift() async {
    let desk = Desk(["http://a:1/metrics": "m 1\n"])
    await desk.scheduler.apply([job(["a:1"])])
    await desk.firstRound(of: 1)
    for round in 1...5 {
      desk.clock.advance(milliseconds: desk.clock.untilNext ?? 0)
      await desk.clock.waitForSleepers(1)
      #expect(desk.appender.batches.count == round + 1)
    }
    let times = desk.appender.batches.dropFirst().compactMap { $0.first?.time }
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 15_000 })
    await desk.scheduler.stop()
    #expect(desk.appender.batches.count == 6)
  }

  /// Somebody sets the clock, or the machine was suspended: no scrape is left out, none follows at once, and the slots are found again.
  @Test(arguments: [3_600_000, -3_600_000, 7_123, -7_123, 31_536_000_000, -31_536_000_000])
  func clockJumpsAreSurvived(by jump: Int64) async {
    let desk = Desk(["http://a:1/metrics": "m 1\n"])
    await desk.scheduler.apply([job(["a:1"])])
    await desk.firstRound(of: 1)
    for round in 1...8 {
      if round == 4 { desk.clock.setWall(by: jump) }
      let wait = desk.clock.untilNext ?? 0
      #expect((1...15_000).contains(wait), "round \(round)")
      desk.clock.advance(milliseconds: wait)
      await desk.clock.waitForSleepers(1)
      #expect(desk.appender.batches.count == round + 1)
    }
    await desk.scheduler.stop()
    let times = desk.appender.batches.compactMap { $0.first?.time }
    let steps = zip(times.dropFirst(), times.dropFirst(2)).map { $1 - $0 }
    // Two whole steps, the jump, one step to the next slot, and whole ones again.
    #expect(steps[..<2] == [15_000, 15_000])
    #expect(steps[2] == 15_000 + jump)
    #expect((1...15_000).contains(steps[3]))
    #expect(steps[4...] == [15_000, 15_000, 15_000])
  }

  @Test func neverScrapesATargetTwiceAtOnce() async throws {
    let desk = Desk(["http://a:1/metrics": "m 1\n"])
    desk.fetcher.hold()
    await desk.scheduler.apply([job(["a:1"])])
    await desk.clock.waitForSleepers(1)
    desk.clock.advance(milliseconds: 1000)
    try await waitUntil { desk.fetcher.fetched.count == 1 }
    desk.clock.advance(milliseconds: 60_000)
    desk.fetcher.release()
    await desk.clock.waitForSleepers(1)
    #expect(desk.fetcher.fetched.count == 1)
    #expect(desk.clock.untilNext.map { $0 <= 15_000 } == true)
    #expect(desk.fetcher.mostRunning == 1)
    await desk.scheduler.stop()
  }

  @Test func showsHealthReasonAndMetadata() async {
    let desk = Desk([
      "http://a:1/metrics": "# HELP m Help.\n# TYPE m gauge\nm 1\n",
      "http://b:1/metrics": "m one\n",
    ])
    var limited = job(["d:1", "e:1"]) { $0.limits.targets = 1 }
    limited.name = "limited"
    await desk.scheduler.apply([
      job(["a:1", "b:1", "c:1"]) {
        $0.relabelRules = [try? RelabelRule(action: .drop, regex: "x")].compactMap { $0 }
      }, limited,
    ])
    await desk.firstRound(of: 5)
    let targets = await desk.scheduler.targets()
    #expect(targets.map(\.target.url).first == "http://a:1/metrics")
    #expect(targets.map(\.health) == [.up, .down, .down, .down, .down])
    #expect(
      targets.map(\.lastError) == [
        "", "malformed exposition, line 1: expected a value, found \"one\"", "connection refused",
        "target_limit 1 exceeded", "target_limit 1 exceeded",
      ])
    #expect(targets.allSatisfy { $0.lastScrape != nil })
    let metadata = await desk.scheduler.metadata()
    #expect(metadata[0].families == ["m": FamilyMetadata(type: .gauge, help: "Help.")])
    let counts = desk.scheduler.counts
    #expect((counts.scrapes, counts.failures, counts.malformed) == (5, 4, 1))
    await desk.scheduler.stop()
  }

  @Test func aReloadKeepsUnchangedTargetsAndEndsRemovedOnes() async {
    let desk = Desk(["http://a:1/metrics": "m 1\n", "http://b:1/metrics": "m 1\n"])
    await desk.scheduler.apply([job(["a:1", "b:1"])])
    await desk.firstRound(of: 2)
    await desk.scheduler.apply([job(["a:1", "c:1"])])
    let ends = desk.appender.batches.flatMap { $0 }.filter { StaleMarker.isStale($0.value) }
    #expect(ends.count == 6)
    #expect(ends.allSatisfy { $0.labels.contains(#"instance="b:1""#) })
    await desk.clock.waitForSleepers(2)
    #expect(desk.fetcher.fetched.sorted() == ["http://a:1/metrics", "http://b:1/metrics"])
    let before = await desk.scheduler.targets()
    #expect(before.map(\.health) == [.up, .unknown])
    await desk.scheduler.stop()
  }

  @Test func aChangedTargetGoesOnWithoutAnEnd() async {
    let desk = Desk(["http://a:1/metrics": "m 1\n"])
    await desk.scheduler.apply([job(["a:1"])])
    await desk.firstRound(of: 1)
    await desk.scheduler.apply([job(["a:1"]) { $0.timeout = .seconds(3) }])
    await desk.firstRound(of: 1)
    #expect(desk.fetcher.fetched.count == 2)
    await desk.scheduler.stop()
    let all = desk.appender.batches.flatMap { $0 }
    #expect(!all.contains { StaleMarker.isStale($0.value) })
  }

  @Test func tellsOfEveryScrape() async {
    let reports = Mutexed<[Bool]>([])
    let desk = Desk(["http://a:1/metrics": "m 1\n"]) { report in
      reports.value.withLock { $0.append(report.isUp) }
    }
    await desk.scheduler.apply([job(["a:1", "b:1"])])
    await desk.firstRound(of: 2)
    #expect(reports.value.withLock { $0.sorted { $0 && !$1 } } == [true, false])
    await desk.scheduler.stop()
    await desk.scheduler.firstRound()
  }

  @Test func stopsWhileAScrapeHangs() async throws {
    let desk = Desk(["http://a:1/metrics": "m 1\n"])
    desk.fetcher.hold()
    await desk.scheduler.apply([job(["a:1"])])
    await desk.clock.waitForSleepers(1)
    desk.clock.advance(milliseconds: 1000)
    try await waitUntil { desk.fetcher.fetched.count == 1 }
    async let stopped: Void = desk.scheduler.stop()
    try await waitUntil { await desk.scheduler.isStopped }
    desk.fetcher.release()
    await stopped
  }
}

/// A mutex that closures can share.
private final class Mutexed<Value: Sendable>: Sendable {
  let value: Mutex<Value>
  init(_ value: sending Value) { self.value = Mutex(value) }
}
