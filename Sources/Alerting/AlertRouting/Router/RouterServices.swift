package import Logging
package import StorageAPI

/// What the router needs from the rest of the house.
package struct RouterServices: Sendable {
  /// Keeps alerts, silences, the notification log and the outbox.
  package var store: any StateStore
  /// Time and chance.
  package var clock: RouterClock
  /// Where warnings go.
  package var log: Logger
  /// Hears of every message and every try. It must return quickly.
  package var onEvent: @Sendable (RouterEvent) -> Void
  /// How failed messages are tried again.
  package var retry = RetrySchedule()
  /// Limits with names.
  package var limits = RouterLimits()

  package init(
    store: any StateStore, clock: RouterClock = .system,
    log: Logger = Logger(label: "notifications"),
    onEvent: @escaping @Sendable (RouterEvent) -> Void = { _ in }
  ) {
    self.store = store
    self.clock = clock
    self.log = log
    self.onEvent = onEvent
  }
}

/// The limits of the router.
package struct RouterLimits: Sendable, Hashable {
  /// Alerts that are known at once; further ones are refused.
  package var alerts = 100_000
  /// Messages that wait on one line; a further one takes the place of the youngest.
  package var messagesPerLine = 16
  /// Messages that are tried at once.
  package var concurrentDeliveries = 32
  /// How long a stop waits for tries that are under way, in milliseconds.
  package var stopGrace: Int64 = 3_000
  /// The clock may jump, or the machine sleep, by this much before alerts are kept from ending by it, in milliseconds.
  package var clockGap: Int64 = 30_000

  package init() {}
}
