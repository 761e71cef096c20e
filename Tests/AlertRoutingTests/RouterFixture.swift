import MetricModel
import StorageAPI
import Synchronization
import TestSupport

@testable import AlertRouting

/// A router's state with its disk, receivers and time under the test's control: nothing runs by
/// itself, and nothing waits.
///
/// ``advance(to:)`` does what the router's loop does, one step after the other, and jumps from
/// deadline to deadline.
final class RouterFixture {
  let disk = MemoryStateStore.Disk()
  let receivers = Receivers()
  var configuration: NotificationConfiguration
  var now = Timestamp(rawValue: 0)
  private(set) var events: [RouterEvent] = []
  private(set) var store: MemoryStateStore
  private(set) var state = RouterState()
  /// The deliveries that were started and have not ended.
  private var started: [OutboxMessage] = []
  private var silenceCount = 0

  init(_ configuration: NotificationConfiguration, fault: MemoryStateStore.Fault? = nil) {
    self.configuration = configuration
    store = MemoryStateStore(disk)
    boot(fault: fault)
  }

  /// Starts a process on the disk as it is.
  func boot(fault: MemoryStateStore.Fault? = nil) {
    store = MemoryStateStore(disk, fault: fault)
    started = []
    var limits = RouterLimits()
    limits.messagesPerPipeline = 4
    state = RouterState(limits: limits)
    reload()
    for table in [StateTable.silences, .notificationLog, .outbox, .alerts] {
      _ = state.restore(disk.rows(in: table), from: table, at: now)
    }
  }

  /// Applies the configuration again.
  func reload() { state.reload(RouterSetup(configuration, notifiers: notifiers), at: now) }

  private var notifiers: [IntegrationKey: any Notifier] {
    var notifiers: [IntegrationKey: any Notifier] = [:]
    for receiver in configuration.receivers {
      for (key, _) in receiver.keyedIntegrations {
        notifiers[key] = RecordingNotifier(key: key, receivers: receivers)
      }
    }
    return notifiers
  }

  /// Stores the changes of a step, then performs its effects; a process that died meanwhile does
  /// not.
  private func perform(_ step: RouterStep) {
    if !step.changes.isEmpty { try? store.write(step.changes) }
    if store.hasCrashed { return }
    for effect in step.effects {
      switch effect {
      case .report(let event): events.append(event)
      case .deliver(let message): started.append(message)
      }
    }
  }

  private func finishDeliveries() {
    while !store.hasCrashed, !started.isEmpty {
      let message = started.removeFirst()
      let isKnown = state.setup.notifiers[message.integration] != nil
      let failure =
        isKnown ? receivers.take(Receivers.Arrival(message)) : .permanent("not configured any more")
      let result = DeliveryResult(message: message, failure: failure, elapsed: .milliseconds(5))
      perform(state.delivered(result, chance: 0.5, at: now))
    }
  }

  /// Lets the router work until an instant, in seconds; stops early when its process dies.
  func advance(to end: Int64) {
    var rounds = 0
    while !store.hasCrashed {
      perform(state.flush(at: now))
      finishDeliveries()
      let next = state.nextDeadline
      rounds += 1
      precondition(rounds < 100_000, "the router does not come to rest")
      if next <= now { continue }
      guard next.rawValue <= end * 1000 else {
        now = Timestamp(rawValue: end * 1000)
        return
      }
      now = next
    }
  }

  /// Lets time pass unnoticed, as when the machine sleeps.
  func sleep(seconds: Int64) {
    let woken = now.adding(milliseconds: seconds * 1000)
    state.bridgeGap(from: now, to: woken)
    now = woken
  }

  /// How long a firing alert is valid without being repeated, in milliseconds.
  var validity: Int64 = 3_600_000

  /// An alert as the rules send it; times in seconds.
  func alert(_ labels: Labels, since start: Int64, until end: Int64? = nil) -> Alert {
    Alert(
      labels: labels, startsAt: Timestamp(rawValue: start * 1000),
      endsAt: end.map { Timestamp(rawValue: $0 * 1000) } ?? now.adding(milliseconds: validity),
      updatedAt: now)
  }

  /// Receives alerts; returns why some were refused.
  @discardableResult
  func receive(_ alerts: [Alert]) -> [String] {
    let (step, faults) = state.receive(alerts, at: now)
    perform(step)
    return faults
  }

  /// Receives firing alerts.
  func fire(_ labels: Labels..., since start: Int64) {
    receive(labels.map { alert($0, since: start) })
  }

  /// Receives alerts that have ended.
  func resolve(_ labels: Labels..., since start: Int64, at end: Int64) {
    receive(labels.map { alert($0, since: start, until: end) })
  }

  /// Makes a silence, or changes one; returns its id.
  func setSilence(_ wanted: Silence) throws -> String {
    silenceCount += 1
    return try use(state.settingSilence(wanted, at: now) { "silence-\(silenceCount)" }).id
  }

  /// Ends a silence.
  func expireSilence(_ id: String) throws { _ = try use(state.expiringSilence(id, at: now)) }

  private func use(_ decision: RouterState.SilenceDecision) throws -> Silence {
    try store.write(decision.step.changes)
    state.use(decision)
    return decision.silence
  }

  /// The alerts as the API shows them.
  var alerts: [RoutedAlert] { state.alertsSnapshot(at: now) }
}

/// The messages that arrived at the receivers, and the failure they answer with.
final class Receivers: Sendable {
  /// One message that arrived.
  struct Arrival: Sendable, Equatable {
    let id: String
    let receiver: String
    let status: String
    let reason: String
    /// The values of `n` of the alerts that fire.
    let firing: [String]
    /// The values of `n` of the alerts that have ended.
    let resolved: [String]
    let group: String
    let at: Int64
  }

  private struct State {
    var arrivals: [Arrival] = []
    var failure: NotifyError?
    var attempts = 0
  }

  private let state = Mutex(State())

  var arrivals: [Arrival] { state.withLock { $0.arrivals } }
  var attempts: Int { state.withLock { $0.attempts } }
  /// The error of every attempt; nil if attempts succeed.
  var failure: NotifyError? {
    get { state.withLock { $0.failure } }
    set { state.withLock { $0.failure = newValue } }
  }

  /// Records a message, or returns the error of the attempt.
  func take(_ arrival: Arrival) -> NotifyError? {
    state.withLock { state in
      state.attempts += 1
      if state.failure == nil { state.arrivals.append(arrival) }
      return state.failure
    }
  }
}

extension Receivers.Arrival {
  init(_ message: OutboxMessage) {
    self.init(message.message, by: message.integration)
  }

  init(_ message: RenderedMessage, by key: IntegrationKey) {
    func list(_ name: String) -> [String] {
      (message.attributes[name] ?? "").split(separator: ",").map(String.init)
    }
    self.init(
      id: message.id, receiver: key.description, status: message.attributes["status"] ?? "",
      reason: message.attributes["reason"] ?? "", firing: list("firing"),
      resolved: list("resolved"), group: message.attributes["group"] ?? "",
      at: Int64(message.attributes["at"] ?? "") ?? 0)
  }
}

/// Renders the parts of a message that tests check, and delivers to ``Receivers``.
struct RecordingNotifier: Notifier {
  let key: IntegrationKey
  let receivers: Receivers

  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
    func names(_ alerts: [NotifiedAlert]) -> String {
      alerts.map { $0.labels["n"] ?? "" }.joined(separator: ",")
    }
    if notification.groupLabels["alertname"] == "Unrenderable" {
      throw .permanent("template error")
    }
    return RenderedMessage(
      body: [],
      attributes: [
        "status": notification.status.rawValue, "reason": notification.reason?.rawValue ?? "",
        "firing": names(notification.firing), "resolved": names(notification.resolved),
        "group": notification.groupKey.description, "at": "\(notification.now.rawValue / 1000)",
      ])
  }

  func deliver(_ message: RenderedMessage) async throws(NotifyError) {
    if let failure = receivers.take(Receivers.Arrival(message, by: key)) { throw failure }
  }
}

extension NotificationConfiguration {
  /// One webhook for everything, grouped by `alertname`: 30 s, 5 min, 4 h.
  static func oneWebhook(sendResolved: Bool = true) -> NotificationConfiguration {
    var configuration = NotificationConfiguration()
    configuration.route.receiver = "hook"
    configuration.route.groupBy = .labels(["alertname"])
    configuration.receivers = [
      ReceiverDefinition(
        name: "hook",
        integrations: [
          IntegrationDefinition(kind: "webhook", sendResolved: sendResolved)
        ])
    ]
    return configuration
  }
}
