package import Concurrency
package import Logging
package import MetricModel
package import StorageAPI
import Synchronization

/// Owns the scrape loops: one per target. A reload leaves the loops of unchanged targets running
/// and ends the others.
package actor TargetScheduler {
  private let appender: any SampleAppender
  private let fetcher: any TargetFetching
  private let clock: TimeSource
  private let executor: (any TaskExecutor)?
  private let logger: Logger
  private let onScrape: @Sendable (ScrapeReport) -> Void
  private let counters = ScrapeCounters()
  private let loops = KeyedTasks<ScrapeTarget>()
  private var statuses: [ScrapeTarget: TargetStatus] = [:]
  private var dropped: [DroppedTarget] = []
  /// The number of targets that relabelling dropped, by job, including those that are not stored;
  /// every job has an entry.
  private var droppedCounts: [String: Int] = [:]
  private var awaitingFirst: Set<ScrapeTarget> = []
  private var firstRoundEnd: Promise<Void>?
  private(set) var isStopped = false

  /// Creates a scheduler without targets, whose loops run on `executor`.
  ///
  /// `onScrape` is called after the samples of each scrape were stored; it must return quickly
  /// because it blocks the executor.
  package init(
    appender: any SampleAppender, fetcher: any TargetFetching,
    clock: TimeSource = .system, executor: (any TaskExecutor)? = nil, logger: Logger,
    onScrape: @escaping @Sendable (ScrapeReport) -> Void = { _ in }
  ) {
    self.appender = appender
    self.fetcher = fetcher
    self.clock = clock
    self.executor = executor
    self.logger = logger
    self.onScrape = onScrape
  }

  /// Replaces the scraped targets by those of these jobs. Returns when the loops of removed targets
  /// have ended and their series have stale markers.
  package func apply(_ jobs: [ScrapeJob]) async {
    guard !isStopped else { return }
    let (wanted, failures) = sort(jobs)
    let identities = Set(wanted.map(\.identity))
    let unwanted = Set(statuses.keys).subtracting(wanted)
    var ending: [Task<Void, Never>] = []
    for target in unwanted {
      guard let status = statuses.removeValue(forKey: target) else { continue }
      let isReplaced = identities.contains(target.identity)
      status.state.withLock { $0.ending = isReplaced ? .replaced : .removed }
      if let loop = loops.cancel(target) { ending.append(loop) }
    }
    for target in wanted {
      if statuses[target] == nil { start(target) }
      statuses[target]?.state.withLock { $0.forcedFailure = failures[target.job.name] }
    }
    for task in ending { await task.value }
  }

  /// Returns when every target was scraped once, successfully or not, or when the task is
  /// cancelled. Returns at once if the first round is over.
  package func firstRound() async {
    guard !awaitingFirst.isEmpty, !isStopped else { return }
    let end = firstRoundEnd ?? Promise()
    firstRoundEnd = end
    await end.valueUnlessCancelled()
  }

  /// Ends all loops and returns when none is running. Series get no stale markers: they continue
  /// after a restart.
  package func stop() async {
    isStopped = true
    await loops.cancelAll()
    statuses = [:]
    endFirstRound()
  }

  /// All targets with their state, sorted by job and URL.
  package func targets() -> [TargetSnapshot] {
    statuses.values.map(\.snapshot).sorted {
      ($0.target.job.name, $0.target.url) < ($1.target.job.name, $1.target.url)
    }
  }

  /// All targets at this moment.
  package func snapshot() -> ScrapeTargets {
    ScrapeTargets(active: targets(), dropped: dropped, droppedCounts: droppedCounts)
  }

  /// The metadata of all targets, sorted as `targets()`.
  package func metadata() -> [TargetMetadata] {
    statuses.values.map { status in
      TargetMetadata(target: status.target, families: status.state.withLock { $0.metadata })
    }.sorted { ($0.target.job.name, $0.target.url) < ($1.target.job.name, $1.target.url) }
  }

  /// The counts since the start of the process.
  package nonisolated var counts: ScrapeCounts { counters.current }

  private func sort(_ jobs: [ScrapeJob]) -> ([ScrapeTarget], [String: ScrapeFailure]) {
    var wanted: [ScrapeTarget] = []
    var failures: [String: ScrapeFailure] = [:]
    dropped = []
    droppedCounts = [:]
    for job in jobs {
      var count = 0
      droppedCounts[job.name] = 0
      for outcome in ScrapeTarget.outcomes(of: job) {
        switch outcome {
        case .target(let target):
          wanted.append(target)
          count += 1
        case .dropped(let labels):
          droppedCounts[job.name, default: 0] += 1
          let stored = job.keptDroppedTargets
          guard stored == 0 || droppedCounts[job.name, default: 0] <= stored else { continue }
          dropped.append(DroppedTarget(job: job.name, discoveredLabels: labels))
        case .invalid(let labels, let reason):
          dropped.append(DroppedTarget(job: job.name, discoveredLabels: labels))
          logger.warning(
            "target left out", metadata: ["job": "\(job.name)", "reason": "\(reason)"])
        }
      }
      let limit = job.limits.targets
      if limit > 0, count > limit { failures[job.name] = .tooManyTargets(limit: limit) }
    }
    return (wanted, failures)
  }

  private func start(_ target: ScrapeTarget) {
    let status = TargetStatus(target: target)
    let tools = ScrapeLoop.Tools(
      appender: appender, fetcher: fetcher, clock: clock, counters: counters, logger: logger,
      onScrape: onScrape, firstDone: { [weak self] in await self?.firstDone($0) })
    let loop = ScrapeLoop(
      status: status, tools: tools, schedule: ScrapeSchedule(target: target))
    awaitingFirst.insert(target)
    statuses[target] = status
    loops.start(target, on: executor) { await loop.run() }
  }

  private func firstDone(_ target: ScrapeTarget) {
    awaitingFirst.remove(target)
    if awaitingFirst.isEmpty { endFirstRound() }
  }

  private func endFirstRound() {
    firstRoundEnd?.fulfill(())
    firstRoundEnd = nil
  }
}

extension ScrapeTarget {
  /// The identity of a target's series, which does not depend on its other settings.
  fileprivate var identity: Labels { labels.setting("__job_name__", job.name) }
}

/// A discovered address that relabelling dropped.
package struct DroppedTarget: Sendable, Equatable {
  /// The job.
  package let job: String
  /// The labels before relabelling.
  package let discoveredLabels: Labels
}

/// The metadata that a target gives.
package struct TargetMetadata: Sendable {
  /// The target.
  package let target: ScrapeTarget
  /// Type, help and unit by family name.
  package let families: [String: FamilyMetadata]
}
