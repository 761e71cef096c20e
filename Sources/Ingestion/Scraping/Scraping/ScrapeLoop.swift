import Concurrency
import Logging
import MetricModel
import StorageAPI
import Synchronization

/// Scrapes one target repeatedly until its task is cancelled, one scrape at a time.
struct ScrapeLoop: Sendable {
  /// The dependencies that all loops share.
  struct Tools: Sendable {
    let appender: any SampleAppender
    let fetcher: any TargetFetching
    let clock: TimeSource
    let counters: ScrapeCounters
    let logger: Logger
    let onScrape: @Sendable (ScrapeReport) -> Void
    /// Called once, when the first scrape is over or the loop ends before it.
    let firstDone: @Sendable (ScrapeTarget) async -> Void
  }

  let status: TargetStatus
  let tools: Tools
  let schedule: ScrapeSchedule

  private var target: ScrapeTarget { status.target }

  /// Runs until the task is cancelled.
  @concurrent func run() async {
    var writer = ScrapeWriter(target: target, appender: tools.appender)
    let fetcher = tools.fetcher.fetcher(for: target)
    var now = tools.clock.now
    var due = now.adding(milliseconds: schedule.firstDelayMilliseconds)
    var isFirst = true
    while true {
      // At most one interval, even if the system clock was changed.
      let wait = min(due.milliseconds(since: now), schedule.intervalMilliseconds)
      do {
        try await tools.clock.sleep(for: .milliseconds(max(0, wait)))
      } catch {
        break
      }
      let time = schedule.stamp(slot: due, now: tools.clock.now)
      guard await scrape(fetcher, &writer, at: time) else { break }
      if isFirst { await tools.firstDone(target) }
      isFirst = false
      now = tools.clock.now
      due = schedule.slot(after: now)
    }
    if isFirst { await tools.firstDone(target) }
    await end(&writer)
  }

  /// Scrapes once. Returns false if the loop was cancelled meanwhile.
  private func scrape(
    _ fetcher: any TargetFetching, _ writer: inout ScrapeWriter, at time: Timestamp
  ) async -> Bool {
    let start = tools.clock.monotonic
    var failure: ScrapeFailure?
    var stored = ScrapeWriter.Counts()
    var hasRead = false
    do throws(ScrapeFailure) {
      if let forced = status.state.withLock({ $0.forcedFailure }) { throw forced }
      let answer = try await fetcher.fetch(target)
      hasRead = true
      stored = try await writer.store(answer, at: time, since: start, on: tools.clock)
    } catch {
      if Task.isCancelled { return false }
      failure = error
      stored = await fail(
        &writer, at: time, elapsed: (tools.clock.monotonic - start).seconds, hasRead: hasRead)
    }
    let report = ScrapeReport(
      target: target, time: time, failure: failure, samplesScraped: stored.scraped,
      samplesStored: stored.stored, seriesAdded: stored.added, metricNames: writer.metricNames,
      durationSeconds: stored.seconds)
    let before = status.note(report, metadata: writer.takeChangedMetadata())
    log(report, after: before)
    tools.counters.note(report, stored: stored)
    tools.onScrape(report)
    return true
  }

  private func fail(
    _ writer: inout ScrapeWriter, at time: Timestamp, elapsed: Double, hasRead: Bool
  ) async -> ScrapeWriter.Counts {
    do {
      return try await writer.fail(at: time, elapsed: elapsed, hasRead: hasRead)
    } catch {
      tools.logger.error(
        "cannot store the failure of a scrape",
        metadata: ["target": "\(target.url)", "reason": "\(error)"])
      return ScrapeWriter.Counts(seconds: elapsed)
    }
  }

  /// Logs when the health or the reason changes, not at every scrape.
  private func log(
    _ report: ScrapeReport, after before: (health: TargetHealth, lastError: String)
  ) {
    if let failure = report.failure {
      let reason = String(describing: failure)
      guard reason != before.lastError else { return }
      tools.logger.warning(
        "scrape failed", metadata: ["target": "\(target.url)", "reason": "\(reason)"])
    } else if before.health == .down {
      tools.logger.notice("scrape works again", metadata: ["target": "\(target.url)"])
    }
  }

  /// Ends the series of a target that was removed from the configuration. They continue after a
  /// shutdown, and when another loop replaces this one.
  private func end(_ writer: inout ScrapeWriter) async {
    guard status.state.withLock({ $0.ending }) == .removed else { return }
    do {
      try await writer.end(at: tools.clock.now)
    } catch {
      tools.logger.error(
        "cannot end the series of a removed target",
        metadata: ["target": "\(target.url)", "reason": "\(error)"])
    }
  }
}
