package import Concurrency
package import MetricModel

/// The context of a collector's run within a scrape.
package struct ScrapeContext: Sendable {
  /// The clocks of the scrape.
  package let clock: TimeSource
  /// The time on `clock.monotonic` at which the collector is abandoned.
  package let deadline: Duration

  /// Makes a context whose budget begins now.
  package init(clock: TimeSource, budget: Duration) {
    self.clock = clock
    deadline = clock.monotonic + budget
  }

  /// The rest of the budget; never negative.
  package var remaining: Duration { max(.zero, deadline - clock.monotonic) }

  /// The current wall time.
  package var wallTime: Timestamp { clock.now }

  /// A context with the machine's clocks and a budget of a minute, for single runs and tests.
  package static var relaxed: ScrapeContext {
    ScrapeContext(clock: .system, budget: .seconds(60))
  }
}
