package import Concurrency
package import MetricModel

/// What a collector may know about the scrape it runs in.
package struct ScrapeContext: Sendable {
  /// The clocks of the scrape.
  package let clock: TimeSource
  /// When the collector is given up, on the scale of `clock.monotonic`.
  package let deadline: Duration

  /// Makes a context whose budget begins now.
  package init(clock: TimeSource, budget: Duration) {
    self.clock = clock
    deadline = clock.monotonic + budget
  }

  /// What is left of the budget; never negative.
  package var remaining: Duration { max(.zero, deadline - clock.monotonic) }

  /// Wall time at this moment.
  package var wallTime: Timestamp { clock.now }

  /// A context with the machine's clock and a minute of budget, for one-off runs and tests.
  package static var relaxed: ScrapeContext {
    ScrapeContext(clock: .system, budget: .seconds(60))
  }
}
