package import Concurrency
package import Logging
import MetricModel
import Synchronization
package import WebClient

/// Looks up the targets of jobs by their `*_sd_configs` and hands what it finds to the scheduler, at the start and whenever it
/// changes. A file, URL or name that cannot be looked up keeps the targets of its last good look-up.
package actor TargetDiscovery {
  private let scheduler: TargetScheduler
  private let clock: TimeSource
  private let logger: Logger
  private let finder: TargetFinder
  private var jobs: [ScrapeJob] = []
  /// What was found, by the source's files, URLs or names, in their order.
  private var found: [DiscoverySource: [(part: String, groups: [TargetGroup])]] = [:]
  private let following = KeyedTasks<DiscoverySource>()
  private let handOvers = AsyncMutex()
  private let failureCount = Atomic<Int>(0)

  /// `nameServer` is asked instead of those of `/etc/resolv.conf`.
  package init(
    scheduler: TargetScheduler, client: WebClient, tools: DiscoveryTools,
    nameServer: DNSLookup.Server? = nil, clock: TimeSource = .system,
    logger: Logger
  ) {
    self.scheduler = scheduler
    self.clock = clock
    self.logger = logger
    finder = TargetFinder(client: client, tools: tools, nameServer: nameServer)
  }

  /// Look-ups that failed since the start.
  package nonisolated var failures: Int { failureCount.load(ordering: .relaxed) }

  /// Makes these jobs the ones that are looked up and scraped. Files are read before it returns; other look-ups follow.
  package func apply(_ jobs: [ScrapeJob]) async {
    self.jobs = jobs
    let wanted = Set(jobs.flatMap(\.discovery))
    for source in following.keys where !wanted.contains(source) {
      following.cancel(source)
      found[source] = nil
    }
    let running = following.keys
    for source in wanted where !running.contains(source) {
      var signature: [String]?
      if case .files(let patterns, _) = source {
        signature = finder.signature(of: patterns)
        await look(source)
      }
      following.start(source) { [weak self, signature] in
        await self?.follow(source, since: signature)
      }
    }
    await handOver()
  }

  /// Ends all look-ups.
  package func stop() {
    for source in following.keys { following.cancel(source) }
  }

  /// Looks up at every refresh; files also when they change, which is looked for every second.
  private func follow(_ source: DiscoverySource, since first: [String]?) async {
    var signature = first
    if signature == nil, await look(source) { await handOver() }
    var due = clock.monotonic + source.refresh
    while !Task.isCancelled {
      let isFile = signature != nil
      let wait = due - clock.monotonic
      do {
        try await clock.sleep(for: isFile ? min(.seconds(1), max(.zero, wait)) : wait)
      } catch {
        return
      }
      var isDue = clock.monotonic >= due
      if case .files(let patterns, _) = source {
        let now = finder.signature(of: patterns)
        isDue = isDue || now != signature
        signature = now
      }
      guard isDue else { continue }
      if await look(source) { await handOver() }
      due = clock.monotonic + source.refresh
    }
  }

  /// Looks up once; whether something changed.
  @discardableResult
  private func look(_ source: DiscoverySource) async -> Bool {
    let parts = await finder.find(source)
    guard !Task.isCancelled else { return false }
    let before = found[source] ?? []
    let now = parts.map { part in
      switch part.outcome {
      case .success(let groups): return (part: part.name, groups: groups)
      case .failure(let error):
        failureCount.add(1, ordering: .relaxed)
        logger.warning(
          "targets not looked up", metadata: ["where": "\(part.name)", "reason": "\(error)"])
        return (part: part.name, groups: before.first { $0.part == part.name }?.groups ?? [])
      }
    }
    found[source] = now
    return !before.elementsEqual(now) { $0.part == $1.part && $0.groups == $1.groups }
  }

  /// One after the other, so that the scheduler ends with the newest; also when the source that was looked up is gone since, for
  /// the scheduler must not be left half way.
  private func handOver() async {
    await withCancellationShield { [self] in
      try? await handOvers.withLock { await scheduler.apply(resolved()) }
    }
  }

  private func resolved() -> [ScrapeJob] {
    jobs.map { job in
      var job = job
      job.staticTargets += job.discovery.flatMap { (found[$0] ?? []).flatMap(\.groups) }
      return job
    }
  }
}
