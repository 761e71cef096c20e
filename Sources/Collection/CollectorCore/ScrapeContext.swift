package import MetricModel

/// What a collector may know about the scrape it runs in.
package struct ScrapeContext: Sendable {
  /// The clocks of the scrape.
  package let clock: CollectorClock
  /// When the collector is given up, on the scale of `clock.now`.
  package let deadline: Duration

  /// Makes a context whose budget begins now.
  package init(clock: CollectorClock, budget: Duration) {
    self.clock = clock
    deadline = clock.now + budget
  }

  /// What is left of the budget; never negative.
  package var remaining: Duration { max(.zero, deadline - clock.now) }

  /// Wall time at this moment.
  package var wallTime: Timestamp { clock.wallTime }

  /// A context with the machine's clock and a minute of budget, for one-off runs and tests.
  package static var relaxed: ScrapeContext {
    ScrapeContext(clock: .system, budget: .seconds(60))
  }
}
