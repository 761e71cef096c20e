import Concurrency
import Logging
import MetricModel
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import AlertRouting

/// A notifier whose attempts end when the test says so.
private final class SlowNotifier: Notifier {
  private let counts = Mutex((started: 0, delivered: 0))
  private let opened = Promise<Void>()

  var started: Int { counts.withLock { $0.started } }
  var delivered: Int { counts.withLock { $0.delivered } }
  func open() { opened.fulfill(()) }

  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
    RenderedMessage(body: [])
  }

  func deliver(_ message: RenderedMessage) async throws(NotifyError) {
    counts.withLock { $0.started += 1 }
    guard await opened.valueUnlessCancelled() != nil else { throw .cancelled }
    counts.withLock { $0.delivered += 1 }
  }
}

private func firing(_ name: String, n: String = "1", summary: String = "") -> Alert {
  let now = Timestamp.now()
  return Alert(
    labels: ["alertname": name, "n": n], annotations: ["summary": summary],
    startsAt: now.adding(milliseconds: -3_600_000), endsAt: now.adding(milliseconds: 240_000),
    updatedAt: now)
}

extension Alert {
  /// An alert that is refused for its missing name.
  fileprivate static var nameless: Alert {
    Alert(labels: .empty, startsAt: .now(), endsAt: .distantFuture, updatedAt: .now())
  }
}

/// The router's loop on the system clock; the alerts are old, so that no group waits.
@Suite(.timeLimit(.minutes(20)))
struct AlertRouterTests {
  private func router(
    _ notifier: any Notifier, _ store: any StateStore,
    _ change: (inout RouterLimits) -> Void = { _ in }
  ) async throws -> AlertRouter {
    var services = RouterServices(
      store: store, log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    change(&services.limits)
    let router = AlertRouter(services)
    let key = IntegrationKey(receiver: "hook", kind: "webhook", index: 0)
    try await router.restore(RouterSetup(.oneWebhook(), notifiers: [key: notifier]))
    return router
  }

  @Test func anAlertWakesTheLoopAndAStopLetsTheAttemptEnd() async throws {
    let notifier = SlowNotifier()
    let disk = MemoryStateStore.Disk()
    let router = try await router(notifier, MemoryStateStore(disk))
    async let running: Void = router.run()
    await router.receive([firing("A")])
    try await eventually("the attempt begins") { notifier.started == 1 }
    router.stop()
    notifier.open()
    await running
    #expect(notifier.delivered == 1)
    #expect(disk.count(.outbox) == 0)
  }

  @Test func aStopDoesNotWaitForeverAndLosesNothing() async throws {
    let notifier = SlowNotifier()
    let disk = MemoryStateStore.Disk()
    let router = try await router(notifier, MemoryStateStore(disk)) {
      $0.stopGrace = .milliseconds(50)
    }
    async let running: Void = router.run()
    await router.receive([firing("A")])
    try await eventually("the attempt begins") { notifier.started == 1 }
    router.stop()
    await running
    #expect(notifier.delivered == 0)
    #expect(disk.count(.outbox) == 1)
    let second = SlowNotifier()
    second.open()
    let next = try await self.router(second, MemoryStateStore(disk))
    async let runningAgain: Void = next.run()
    try await eventually("the message is delivered") { second.delivered == 1 }
    next.stop()
    await runningAgain
    #expect(disk.count(.outbox) == 0)
  }

  @Test func aCancelledTaskEndsTheLoop() async throws {
    let router = try await router(SlowNotifier(), MemoryStateStore())
    let task = Task { await router.run() }
    await router.receive([firing("A")])
    task.cancel()
    await task.value
  }

  @Test func alertsFromBeforeTheStopAreStored() async throws {
    let disk = MemoryStateStore.Disk()
    let router = try await router(SlowNotifier(), MemoryStateStore(disk)) { $0.stopGrace = .zero }
    await router.receive([firing("A")])
    router.stop()
    await router.run()
    #expect(disk.count(.alerts) == 1)
    // After the stop an alert would no longer be stored.
    await #expect(throws: RouterUnavailable.stopped) { try await router.accept([firing("B")]) }
    await #expect(throws: SilenceError.self) { try await router.expireSilence("x") }
  }

  /// A stalled disk blocks neither rules nor readers; once it works again the newest state of each
  /// alert is stored, and none is lost.
  @Test func aStalledStoreDoesNotHoldUpReceiving() async throws {
    let store = MemoryStateStore()
    let notifier = SlowNotifier()
    notifier.open()
    let router = try await router(notifier, store)
    store.stall()
    async let running: Void = router.run()
    await router.receive([firing("First")])
    try await eventually("the write hangs") { store.stalledCount == 1 }
    for round in 1...50 {
      await router.receive((1...20).map { firing("A", n: "\($0)", summary: "\(round)") })
    }
    let stalled = await router.counters
    #expect(stalled.waitingAlerts == 20 && stalled.supersededAlerts == 49 * 20)
    // Nothing is sent before it is stored.
    #expect(notifier.started == 0 && store.disk.count(.alerts) == 0)
    store.resume()
    try await eventually("all is delivered") { notifier.delivered == 2 }
    let alerts = await router.alertsSnapshot().filter { $0.alert.name == "A" }
    #expect(alerts.count == 20 && alerts.allSatisfy { $0.alert.annotations["summary"] == "50" })
    #expect(store.disk.count(.alerts) == 21)
    #expect(await router.counters.waitingAlerts == 0)
    router.stop()
    await running
  }

  @Test func alertsBeyondTheLimitAreCounted() async throws {
    let router = try await router(SlowNotifier(), MemoryStateStore()) { $0.alerts = 3 }
    await router.receive((1...5).map { firing("A", n: "\($0)") })
    await router.receive([firing("A", n: "1", summary: "newer")])
    let counters = await router.counters
    #expect(counters.waitingAlerts == 3 && counters.invalid == 2 && counters.supersededAlerts == 1)
  }

  @Test func aRequestIsAnsweredWhenItIsStored() async throws {
    let store = MemoryStateStore()
    let router = try await router(SlowNotifier(), store) { $0.waitingRequests = 1 }
    store.stall()
    async let running: Void = router.run()
    let first = Task {
      let faults = try await router.accept([firing("A"), Alert.nameless])
      return (faults: faults, stored: store.disk.count(.alerts))
    }
    try await eventually("the write hangs") { store.stalledCount == 1 }
    let second = Task { try await router.accept([firing("B")]) }
    try await eventually("a request waits") { await router.counters.waitingAlerts == 1 }
    await #expect(throws: RouterUnavailable.tooManyRequests(1)) {
      try await router.accept([firing("C")])
    }
    store.resume()
    let answer = try await first.value
    #expect(answer.faults == ["an alert needs at least one label"] && answer.stored > 0)
    #expect(try await second.value == [])
    #expect(store.disk.count(.alerts) == 2)
    router.stop()
    await running
  }

  @Test func aCancelledRequestDoesNotWait() async throws {
    let store = MemoryStateStore()
    let router = try await router(SlowNotifier(), store)
    store.stall()
    async let running: Void = router.run()
    let request = Task { try await router.accept([firing("A")]) }
    try await eventually("the write hangs") { store.stalledCount == 1 }
    request.cancel()
    await #expect(throws: RouterUnavailable.stopped) { try await request.value }
    store.resume()
    try await eventually("it is stored nevertheless") { store.disk.count(.alerts) == 1 }
    router.stop()
    await running
  }

  @Test func aSilenceThatIsNotStoredDoesNotCount() async throws {
    let store = MemoryStateStore()
    let router = try await router(SlowNotifier(), store)
    async let running: Void = router.run()
    let silence = Silence(
      matchers: [LabelMatcher("n", equals: "1")], startsAt: .now(),
      endsAt: Timestamp.now().adding(milliseconds: 3_600_000))
    let id = try await router.setSilence(silence)
    store.failWrites(with: .notWritable("disk full"))
    await #expect(throws: SilenceError.storage("\(StorageError.notWritable("disk full"))")) {
      try await router.expireSilence(id)
    }
    #expect(await router.silence(id)?.endsAt == silence.endsAt)
    #expect(store.disk.count(.silences) == 1)
    // Alerts are accepted nevertheless: notifying matters more than storing.
    #expect(try await router.accept([firing("A")]) == [])
    #expect(await router.counters.storeFailures > 0)
    router.stop()
    await running
  }

  @Test func aReloadIsInForceWhenItReturns() async throws {
    let router = try await router(SlowNotifier(), MemoryStateStore())
    async let running: Void = router.run()
    await router.reload(RouterSetup(.silent))
    #expect(await router.receiverNames == ["none"])
    router.stop()
    await running
    // A reload while the router stops does not wait for ever.
    await router.reload(RouterSetup(.oneWebhook()))
  }
}
