package import Concurrency
package import Logging
package import StorageAPI

/// The services that the router depends on.
package struct RouterServices: Sendable {
  /// Stores alerts, silences, the notification log and the outbox.
  package var store: any StateStore
  /// The time.
  package var clock: TimeSource
  /// A number in 0..<1, by which retries are spread.
  package var chance: @Sendable () -> Double = { .random(in: 0..<1) }
  /// Where warnings go.
  package var log: Logger
  /// Called for every message, attempt and change of a silence. It must return quickly.
  package var onEvent: @Sendable (RouterEvent) -> Void
  /// When failed messages are attempted again.
  package var retry = Backoff.delivering
  /// Limits with names.
  package var limits = RouterLimits()

  /// Services with the default retries and limits.
  package init(
    store: any StateStore, clock: TimeSource = .system,
    log: Logger = Logger(label: "notifications"),
    onEvent: @escaping @Sendable (RouterEvent) -> Void = { _ in }
  ) {
    self.store = store
    self.clock = clock
    self.log = log
    self.onEvent = onEvent
  }

  /// Logs a failure; other events are not logged.
  func logFailure(_ event: RouterEvent) {
    switch event {
    case .attemptFailed(let record, let reason, _):
      log.warning(
        "notification not delivered yet",
        metadata: [
          "integration": "\(record.integration)", "attempt": "\(record.attempt)",
          "error": "\(reason)",
        ])
    case .failed(let record, let reason):
      let isMade = !record.messageID.isEmpty
      log.error(
        isMade ? "notification failed for good" : "cannot make a notification",
        metadata: ["integration": "\(record.integration)", "error": "\(reason)"])
    case .queued, .delivered, .silenceChanged: break
    }
  }
}

/// The limits of the router.
package struct RouterLimits: Sendable, Hashable {
  /// The most alerts at once; further ones are refused.
  package var alerts = 100_000
  /// The most messages that wait in one pipeline; a further one replaces the youngest.
  package var messagesPerPipeline = 16
  /// The most attempts at once to deliver messages of one integration.
  package var deliveriesPerDestination = 32
  /// The most groups that are flushed in one step: their messages leave before the next ones are
  /// rendered.
  package var groupsPerStep = 256
  /// The most requests that wait for the store; further ones are refused.
  package var waitingRequests = 1_000
  /// How long a stop waits for attempts that are under way.
  package var stopGrace: Duration = .seconds(3)
  /// How far the clock may jump, or how long the machine may sleep, before alerts are prolonged by
  /// it.
  package var clockGap: Duration = .seconds(30)

  /// How often expired silences and log entries are removed.
  package static let cleanupInterval: Duration = .seconds(60)
  /// The longest wait of the loop.
  package static let longestRest: Duration = .seconds(60)

  /// The default limits.
  package init() {}
}

extension Backoff {
  /// Between attempts to deliver a message, without an end; the values are Alertmanager's.
  package static let delivering = Backoff(
    first: .milliseconds(500), factor: 1.5, longest: .seconds(60), spread: 0.5...1.5,
    longestRequested: .seconds(3600))
}
