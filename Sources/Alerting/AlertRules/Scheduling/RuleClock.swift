package import MetricModel

/// Where rules get the time from, and how they wait: a parameter, so that tests need not.
package struct RuleClock: Sendable {
  /// The wall clock.
  package let now: @Sendable () -> Timestamp
  /// Waits for some milliseconds; throws when the task is cancelled.
  package let sleep: @Sendable (_ milliseconds: Int64) async throws -> Void

  package init(
    now: @escaping @Sendable () -> Timestamp,
    sleep: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The clock of the machine.
  package static let system = RuleClock(
    now: { .now() }, sleep: { try await Task.sleep(for: .milliseconds($0)) })
}
