import Logging
import MetricModel
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import AlertRouting

/// A notifier whose tries end when the test says so.
private final class SlowNotifier: Notifier {
  private struct State {
    var started = 0
    var isOpen = false
    var delivered = 0
  }

  private let state = Mutex(State())
  var started: Int { state.withLock { $0.started } }
  var delivered: Int { state.withLock { $0.delivered } }
  func open() { state.withLock { $0.isOpen = true } }

  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
    RenderedMessage(body: [])
  }

  func deliver(_ message: RenderedMessage) async throws(NotifyError) {
    state.withLock { $0.started += 1 }
    while !state.withLock({ $0.isOpen }) {
      if Task.isCancelled { throw .cancelled }
      await Task.yield()
    }
    state.withLock { $0.delivered += 1 }
  }
}

/// The loop itself, on the clock of the machine; alerts are old, so that nothing waits.
@Suite struct RunLoopTests {
  private func router(
    _ notifier: SlowNotifier, _ disk: MortalStore.Disk, grace: Int64 = 3_000
  ) async throws -> AlertRouter {
    var services = RouterServices(
      store: MortalStore(disk),
      log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    services.limits.stopGrace = grace
    let router = AlertRouter(services)
    let configuration = NotificationConfiguration.oneWebhook()
    let key = IntegrationKey(receiver: "hook", kind: "webhook", index: 0)
    await router.configure(configuration, notifiers: [key: notifier])
    try await router.restore()
    return router
  }

  private func fire(_ router: AlertRouter) async {
    let now = Timestamp.now()
    await router.receive([
      Alert(
        labels: ["alertname": "A"], startsAt: now.adding(milliseconds: -3_600_000),
        endsAt: now.adding(milliseconds: 240_000), updatedAt: now)
    ])
  }

  @Test func anAlertWakesTheLoopAndAStopLetsTheTryEnd() async throws {
    let notifier = SlowNotifier()
    let disk = MortalStore.Disk()
    let router = try await router(notifier, disk)
    async let running: Void = router.run()
    await fire(router)
    try await waitUntil("the try begins") { notifier.started == 1 }
    router.stop()
    notifier.open()
    await running
    #expect(notifier.delivered == 1)
    #expect(disk.count(.outbox) == 0)
  }

  @Test func aStopDoesNotWaitForeverAndLosesNothing() async throws {
    let notifier = SlowNotifier()
    let disk = MortalStore.Disk()
    let router = try await router(notifier, disk, grace: 50)
    async let running: Void = router.run()
    await fire(router)
    try await waitUntil("the try begins") { notifier.started == 1 }
    router.stop()
    await running
    #expect(notifier.delivered == 0)
    #expect(disk.count(.outbox) == 1)
    let second = SlowNotifier()
    second.open()
    let next = try await self.router(second, disk)
    async let runningAgain: Void = next.run()
    try await waitUntil("the message arrives") { second.delivered == 1 }
    next.stop()
    await runningAgain
    #expect(disk.count(.outbox) == 0)
  }

  @Test func aCancelledTaskEndsTheLoop() async throws {
    let router = try await router(SlowNotifier(), MortalStore.Disk())
    let task = Task { await router.run() }
    await fire(router)
    task.cancel()
    await task.value
  }
}
