package import Concurrency
package import Logging
import MetricModel
import Synchronization
package import WebClient

/// Looks up the targets of jobs by their `*_sd_configs` and passes them to the scheduler, at the
/// start and after every change. While a file, URL or name cannot be looked up, the targets of its
/// last successful look-up remain.
package actor TargetDiscovery {
  private let scheduler: TargetScheduler
  private let clock: TimeSource
  private let logger: Logger
  private let finder: TargetFinder
  private var jobs: [ScrapeJob] = []
  /// The targets found by each source, by file, URL or name, in the order of the source.
  private var found: [DiscoverySource: [(part: String, groups: [TargetGroup])]] = [:]
  private let following = KeyedTasks<DiscoverySource>()
  private let handOvers = AsyncMutex()
  private let failureCount = Atomic<Int>(0)

  /// Creates a discovery without jobs. `nameServer` replaces the DNS servers of `/etc/resolv.conf`.
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

  /// The number of failed look-ups since the start of the process.
  package nonisolated var failures: Int { failureCount.load(ordering: .relaxed) }

  /// Replaces the jobs. Files are read before this returns; other look-ups follow.
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

  /// Stops all look-ups.
  package func stop() {
    for source in following.keys { following.cancel(source) }
  }

  /// Repeats a look-up at every refresh interval. Files are checked for changes every second.
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

  /// Looks up once. Returns whether the targets changed.
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

  /// Passes the current targets to the scheduler.
  ///
  /// Calls are serialized, so that the scheduler ends with the newest targets. A call is completed
  /// even if its source was removed meanwhile, because an interrupted one would leave the scheduler
  /// with only a part of the targets.
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
