package import MetricModel

/// Where the router gets time and chance from: parameters, so that tests need not wait.
package struct RouterClock: Sendable {
  /// The wall clock.
  package let now: @Sendable () -> Timestamp
  /// Waits for some milliseconds; throws when the task is cancelled.
  package let sleep: @Sendable (_ milliseconds: Int64) async throws -> Void
  /// A number in 0..<1.
  package let chance: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Timestamp,
    sleep: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void,
    chance: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
  ) {
    self.now = now
    self.sleep = sleep
    self.chance = chance
  }

  /// The clock of the machine.
  package static let system = RouterClock(
    now: { .now() }, sleep: { try await Task.sleep(for: .milliseconds($0)) })
}
