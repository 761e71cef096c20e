import Concurrency
import MetricModel
import StorageAPI
import Testing

@testable import AlertRouting

private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(rawValue: milliseconds) }

private func message(_ sequence: UInt64, previous: NotificationLogEntry? = nil) -> OutboxMessage {
  let notification = AlertNotification(
    receiver: "r", groupKey: GroupKey(path: "{}", labels: .empty), groupLabels: .empty,
    alerts: [], now: at(Int64(sequence)))
  return OutboxMessage(
    sequence: sequence,
    pipeline: PipelineKey(
      group: notification.groupKey,
      integration: IntegrationKey(receiver: "r", kind: "webhook", index: 0)),
    message: RenderedMessage(body: [1, 2, 255], attributes: ["to": "x"]),
    notification: notification, previous: previous)
}

@Suite struct DeliveryQueueTests {
  private func entry(_ seconds: Int64) -> NotificationLogEntry {
    NotificationLogEntry(
      AlertNotification(
        receiver: "r", groupKey: GroupKey(path: "{}", labels: .empty), groupLabels: .empty,
        alerts: [], now: at(seconds)), message: "m\(seconds)")
  }

  @Test func messagesGoOneAfterTheOther() {
    var queue = DeliveryQueue()
    #expect(queue.next(at: at(0)) == .idle)
    _ = queue.add(message(1), limit: 9)
    _ = queue.add(message(2), limit: 9)
    #expect(queue.next(at: at(0)) == .attempt(message(1)))
    #expect(queue.next(at: at(0)) == .idle)
    queue.failed("503", retryAt: at(500))
    #expect(queue.next(at: at(499)) == .wait(until: at(500)))
    #expect(queue.next(at: at(500)) == .attempt(message(1)))
    queue.succeeded()
    #expect(queue.failures == 0)
    #expect(queue.next(at: at(500)) == .attempt(message(2)))
    queue.interrupted()
    #expect(queue.next(at: at(500)) == .attempt(message(2)))
    queue.succeeded()
    #expect(queue.isEmpty)
  }

  @Test func aMessageThatIsGivenUpReturnsTheEntryBeforeIt() {
    var queue = DeliveryQueue()
    _ = queue.add(message(1, previous: entry(7)), limit: 9)
    _ = queue.add(message(2, previous: entry(8)), limit: 9)
    _ = queue.next(at: at(0))
    #expect(queue.givenUp()?.previous == entry(7))
    #expect(queue.messages.map(\.sequence) == [2])
    _ = queue.next(at: at(0))
    #expect(queue.givenUp() == nil)
    #expect(queue.isEmpty)
  }

  @Test func aFullQueueReplacesItsNewestMessage() {
    var queue = DeliveryQueue()
    for number in 1...3 {
      _ = queue.add(message(UInt64(number), previous: entry(Int64(number))), limit: 3)
    }
    let added = queue.add(message(4, previous: entry(4)), limit: 3)
    #expect(added.replaced?.sequence == 3 && added.message.previous == entry(3))
    #expect(queue.messages.map(\.sequence) == [1, 2, 4])
    #expect(queue.messages.last?.previous == entry(3))
  }

  @Test func rowsReadBack() throws {
    let message = message(42, previous: entry(3))
    guard case .put(let table, let key, let value) = try message.put() else {
      Issue.record("not a put")
      return
    }
    #expect(table == .outbox && key == "00000000000000000042")
    #expect(try OutboxMessage(StateRow(key: key, value: value)) == message)
    #expect(throws: (any Error).self) { try OutboxMessage(StateRow(key: key, value: [0x7b])) }
  }

  @Test(
    arguments: [(1, 500), (2, 750), (3, 1125), (13, 60_000), (1_000_000, 60_000)]
      as [(Int, Int64)])
  func waitsGrowUpToAMinute(failures: Int, wait: Int64) {
    let pause = Backoff.delivering.pause(afterFailures: failures, chance: 0.5)
    #expect(pause.milliseconds == wait)
  }

  @Test func waitsAreSpread() {
    let backoff = Backoff.delivering
    #expect(backoff.pause(afterFailures: 1, chance: 0) == .milliseconds(250))
    #expect(backoff.pause(afterFailures: 1, chance: 0.999) <= .milliseconds(750))
  }

  @Test func thePauseThatTheReceiverRequestsIsTheMinimumAndHasALimit() {
    func pause(_ requested: Duration) -> Duration {
      Backoff.delivering.pause(afterFailures: 1, chance: 0.5, requested: requested)
    }
    #expect(pause(.seconds(90)) == .seconds(90))
    #expect(pause(.milliseconds(1)) == .milliseconds(500))
    #expect(pause(.seconds(1_000_000)) == .seconds(3600))
  }
}
