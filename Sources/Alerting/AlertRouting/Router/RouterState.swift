import Concurrency
package import MetricModel
import StorageAPI

/// Everything that the router knows, and every decision that it makes: a pure value.
///
/// Each decision takes the time and returns a ``RouterStep``. The caller stores the changes of a
/// step before it performs its effects, one step after the other; the state never waits, and has no
/// clock, disk or network.
struct RouterState: Sendable {
  /// Limits with names.
  let limits: RouterLimits
  /// When failed messages are tried again.
  let retry: Backoff

  /// The configuration in force, with the notifiers that were made for it.
  var setup = RouterSetup(.silent)
  /// The routes of the configuration.
  var tree = RoutingTree(.silent)
  /// The integrations of each receiver.
  var integrations: [String: [(key: IntegrationKey, definition: IntegrationDefinition)]] = [:]
  /// The time intervals by their names.
  var timeIntervals: [String: TimeIntervalDefinition] = [:]

  /// The alerts that fire, and those that have ended until every receiver was notified.
  var alerts: [Labels: RoutedAlertState] = [:]
  /// The groups that hold the alerts.
  var groups = AlertGroupTable()
  /// Which alerts inhibit which others.
  var inhibition = InhibitIndex([])
  /// All silences.
  var silences = SilenceStore()
  /// The last notification of each pipeline.
  var log = NotificationLog()
  /// The messages that are still to be delivered.
  var outbox = Outbox()
  /// What happened since the start.
  var counters = NotificationCounters()
  /// The number of the next message.
  var nextSequence: UInt64 = 1
  /// When expired silences and log entries are removed next.
  var nextCleanup = Timestamp.distantPast
  /// Whether the process is ending: no delivery is started any more.
  var isStopping = false

  init(limits: RouterLimits = RouterLimits(), retry: Backoff = .delivering) {
    self.limits = limits
    self.retry = retry
  }

  /// Replaces the configuration and routes all alerts anew.
  ///
  /// As long as routes stay what they are, the notification log prevents a second notification.
  mutating func reload(_ setup: RouterSetup, at now: Timestamp) {
    self.setup = setup
    let configuration = setup.configuration
    tree = RoutingTree(configuration)
    integrations = Dictionary(
      configuration.receivers.map { ($0.name, $0.keyedIntegrations) }, uniquingKeysWith: { $1 })
    timeIntervals = Dictionary(
      configuration.timeIntervals.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    groups = AlertGroupTable()
    inhibition = InhibitIndex(configuration.inhibitRules)
    let known = alerts.values.map(\.alert)
    alerts = [:]
    for alert in known { track(alert, at: now) }
  }

  /// Takes in the rows of a table as an earlier process stored them; returns the keys of those that
  /// cannot be read.
  ///
  /// Alerts that were firing continue to fire: their senders get `resolve_timeout` to send them
  /// again.
  mutating func restore(
    _ rows: [StateRow], from table: StateTable, at now: Timestamp
  ) -> [String] {
    let grace = now.advanced(by: setup.configuration.resolveTimeout.duration)
    return rows.filter { !restore($0, from: table, at: now, grace: grace) }.map(\.key)
  }

  private mutating func restore(
    _ row: StateRow, from table: StateTable, at now: Timestamp, grace: Timestamp
  ) -> Bool {
    switch table {
    case .silences:
      guard let silence = StoredSilence.silence(row) else { return false }
      silences.restore(silence)
    case .notificationLog: return log.restore(row)
    case .outbox:
      guard let message = try? OutboxMessage(row) else { return false }
      _ = outbox.add(message, limit: .max)
      nextSequence = max(nextSequence, message.sequence + 1)
    case .alerts:
      guard var alert = StoredRoutedAlert.alert(row) else { return false }
      if alert.endsAt > alert.updatedAt, alert.endsAt < grace {
        alert.endsAt = grace
        alert.endsByTimeout = true
      }
      track(alert, at: now)
    case .alertStates: break
    }
    return true
  }

  /// When something is due next, unless something happens before: a flush, another attempt, or the
  /// removal of expired entries.
  var nextDeadline: Timestamp {
    var next = nextCleanup
    if let flush = groups.nextDeadline { next = min(next, flush) }
    if let attempt = outbox.nextDeadline { next = min(next, attempt) }
    return next
  }
}

/// An alert and the groups that it belongs to.
struct RoutedAlertState: Sendable {
  /// The alert as it was last received.
  var alert: Alert
  /// Its groups, one for each of its routes, in the order of the file.
  let memberships: [Membership]

  /// A group of an alert.
  struct Membership: Sendable {
    /// The group.
    let group: GroupKey
    /// The number of its route in ``RoutingTree/routes``.
    let route: Int
  }
}

/// The configuration of a router, and what was made from it.
package struct RouterSetup: Sendable {
  /// The configuration, resolved.
  package let configuration: NotificationConfiguration
  /// The notifiers of all integrations of the configuration.
  package let notifiers: [IntegrationKey: any Notifier]
  /// Expands the labels of a route.
  package let expandRouteLabels: ExpandRouteLabels

  /// A setup; without `routeLabels`, labels of routes are taken as they are.
  package init(
    _ configuration: NotificationConfiguration, notifiers: [IntegrationKey: any Notifier] = [:],
    routeLabels: @escaping ExpandRouteLabels = { labels, _ in Labels(labels) }
  ) {
    self.configuration = configuration
    self.notifiers = notifiers
    expandRouteLabels = routeLabels
  }
}

/// Expands the labels of a route, which are templates over a notification.
package typealias ExpandRouteLabels =
  @Sendable (_ labels: [String: String], _ notification: AlertNotification) -> Labels
