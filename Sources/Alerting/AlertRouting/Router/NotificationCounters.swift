import Synchronization

/// What happened to notifications since the start, for the evaluator's own `/metrics` (RT5).
package final class NotificationCounters: Sendable {
  /// Why alerts are held back.
  package enum Suppression: String, Sendable, CaseIterable {
    case silence
    case inhibition
    case muteTimeInterval = "mute_time_interval"
    case activeTimeInterval = "active_time_interval"
  }

  /// The numbers of one integration.
  package struct Integration: Sendable, Equatable {
    /// Messages that were due.
    package var notifications = 0
    /// Messages that were given up, by reason.
    package var failed: [FailureReason: Int] = [:]
    /// Tries.
    package var requests = 0
    /// Tries that failed.
    package var requestsFailed = 0
    /// The sum of the times that tries took, in seconds.
    package var latencySum = 0.0
    /// Messages that gave way to a younger one because too many waited.
    package var superseded = 0

    package init() {}
  }

  /// The numbers at one moment.
  package struct Snapshot: Sendable, Equatable {
    package var integrations: [IntegrationKey: Integration] = [:]
    package var suppressed: [Suppression: Int] = [:]
    /// Alerts received, by what they were when they came.
    package var received: [AlertStatus: Int] = [:]
    /// Alerts that were refused as invalid (I2).
    package var invalid = 0
    /// Changes that could not be kept on disk.
    package var storeFailures = 0

    package init() {}
  }

  private let numbers = Mutex(Snapshot())

  package init() {}

  /// The numbers now.
  package var snapshot: Snapshot { numbers.withLock { $0 } }

  func suppressed(_ reason: Suppression, _ count: Int) {
    guard count > 0 else { return }
    numbers.withLock { $0.suppressed[reason, default: 0] += count }
  }

  func change(_ key: IntegrationKey, _ body: (inout Integration) -> Void) {
    numbers.withLock { body(&$0.integrations[key, default: Integration()]) }
  }

  func change(_ body: (inout Snapshot) -> Void) { numbers.withLock { body(&$0) } }
}
