import Logging
import MetricModel
import StorageAPI
import Synchronization

@testable import AlertRouting

/// A router, its disk, its receivers and the time, all in the test's hands.
///
/// Nothing runs by itself: ``advance(to:)`` does what the router's loop does, one step after the other, and jumps from deadline
/// to deadline.
final class World {
  let disk = MortalStore.Disk()
  let receivers = Receivers()
  let events = Events()
  let time = Time()
  var configuration: NotificationConfiguration
  private(set) var store: MortalStore
  private(set) var router: AlertRouter

  init(_ configuration: NotificationConfiguration, death: MortalStore.Death? = nil) async throws {
    self.configuration = configuration
    store = MortalStore(disk, death: death)
    router = AlertRouter(RouterServices(store: store))
    try await boot(death: death)
  }

  /// Starts a process on the disk as it is.
  func boot(death: MortalStore.Death? = nil) async throws {
    store = MortalStore(disk, death: death)
    receivers.process = store
    let time = time
    let events = events
    var services = RouterServices(
      store: store,
      clock: RouterClock(now: { time.now }, sleep: { _ in }, chance: { 0.5 }),
      log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
      onEvent: { events.add($0) })
    services.limits.messagesPerLine = 4
    router = AlertRouter(services)
    await router.configure(configuration, notifiers: notifiers)
    try await router.restore()
  }

  var notifiers: [IntegrationKey: any Notifier] {
    var notifiers: [IntegrationKey: any Notifier] = [:]
    for receiver in configuration.receivers {
      for (key, _) in receiver.keyedIntegrations {
        notifiers[key] = RecordingNotifier(key: key, receivers: receivers)
      }
    }
    return notifiers
  }

  /// Lets the router work until an instant; stops early when its process dies.
  func advance(to end: Int64) async {
    var rounds = 0
    while !store.isDead {
      await router.flushDue(at: time.now)
      while !store.isDead, case let due = await router.takeDueMessages(at: time.now), !due.isEmpty {
        for message in due { await router.deliver(message) }
      }
      let next = await router.nextDeadline(after: time.now).rawValue
      rounds += 1
      precondition(rounds < 100_000, "the router does not come to rest")
      if next <= time.now.rawValue { continue }
      guard next <= end * 1000 else {
        time.set(end * 1000)
        return
      }
      time.set(next)
    }
  }

  /// For how many milliseconds a firing alert is good.
  var validity: Int64 = 3_600_000

  /// An alert as the rules send it.
  func alert(_ labels: Labels, since start: Int64, until end: Int64? = nil) -> Alert {
    Alert(
      labels: labels, startsAt: Timestamp(rawValue: start * 1000),
      endsAt: end.map { Timestamp(rawValue: $0 * 1000) } ?? time.now.adding(milliseconds: validity),
      updatedAt: time.now)
  }

  /// Sends firing alerts.
  func fire(_ labels: Labels..., since start: Int64) async {
    await router.receive(labels.map { alert($0, since: start) })
  }

  /// Sends alerts that have ended.
  func resolve(_ labels: Labels..., since start: Int64, at end: Int64) async {
    await router.receive(labels.map { alert($0, since: start, until: end) })
  }
}

/// The time of a world.
final class Time: Sendable {
  private let milliseconds = Atomic<Int64>(0)
  var now: Timestamp { Timestamp(rawValue: milliseconds.load(ordering: .acquiring)) }
  func set(_ value: Int64) { milliseconds.store(value, ordering: .releasing) }
}

/// What the router said.
final class Events: Sendable {
  private let list = Mutex<[RouterEvent]>([])
  func add(_ event: RouterEvent) { list.withLock { $0.append(event) } }
  var all: [RouterEvent] { list.withLock { $0 } }
}

/// What arrived at the receivers, and whether they are there.
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
    var process: MortalStore?
    var attempts = 0
  }

  private let state = Mutex(State())

  var arrivals: [Arrival] { state.withLock { $0.arrivals } }
  var attempts: Int { state.withLock { $0.attempts } }
  /// What every try fails with.
  var failure: NotifyError? {
    get { state.withLock { $0.failure } }
    set { state.withLock { $0.failure = newValue } }
  }
  /// The process that sends; a dead one does not.
  var process: MortalStore? {
    get { state.withLock { $0.process } }
    set { state.withLock { $0.process = newValue } }
  }

  func take(_ arrival: Arrival) throws(NotifyError) {
    let failure: NotifyError? = state.withLock { state in
      if state.process?.isDead == true { return .cancelled }
      state.attempts += 1
      if let failure = state.failure { return failure }
      state.arrivals.append(arrival)
      return nil
    }
    if let failure { throw failure }
  }
}

/// Renders what a test wants to know, and delivers to ``Receivers``.
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
    func list(_ name: String) -> [String] {
      (message.attributes[name] ?? "").split(separator: ",").map(String.init)
    }
    try receivers.take(
      Receivers.Arrival(
        id: message.id, receiver: key.description, status: message.attributes["status"] ?? "",
        reason: message.attributes["reason"] ?? "", firing: list("firing"),
        resolved: list("resolved"), group: message.attributes["group"] ?? "",
        at: Int64(message.attributes["at"] ?? "") ?? 0))
  }
}

extension NotificationConfiguration {
  /// One webhook for everything, grouped by `alertname`: 30 s, 5 min, 4 h.
  static func oneWebhook(sendResolved: Bool? = nil) -> NotificationConfiguration {
    var configuration = NotificationConfiguration()
    configuration.route.receiver = "hook"
    configuration.route.groupBy = .labels(["alertname"])
    configuration.receivers = [
      ReceiverDefinition(
        name: "hook",
        integrations: [
          IntegrationDefinition(
            .webhook(WebhookSettings(url: .text("http://unused"))), sendResolved: sendResolved)
        ])
    ]
    return configuration
  }
}
