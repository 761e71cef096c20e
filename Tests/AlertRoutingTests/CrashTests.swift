import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import AlertRouting

/// An alert fires at 0 and ends at 600; the receiver is down from 0 to 200. The sender repeats the
/// alert every minute, as rules do.
private func play(in fixture: RouterFixture) {
  fixture.receivers.failure = .retryable("connection refused")
  for second in stride(from: fixture.now.rawValue / 1000 + 60, through: 1800, by: 60) {
    fixture.advance(to: second - 1)
    if second >= 200 { fixture.receivers.failure = nil }
    let alive = second - 60
    if alive < 600 {
      fixture.fire(["alertname": "A", "n": "1"], since: 0)
    } else if alive < 1500 {
      fixture.resolve(["alertname": "A", "n": "1"], since: 0, at: 600)
    }
    fixture.advance(to: second)
    if fixture.store.hasCrashed { return }
  }
}

@Suite struct CrashTests {
  private static func writesOfACalmLife() -> Int {
    let fixture = RouterFixture(.oneWebhook())
    play(in: fixture)
    return fixture.store.writeCount
  }

  @Test func withoutACrashEachMessageArrivesOnce() {
    let fixture = RouterFixture(.oneWebhook())
    play(in: fixture)
    #expect(fixture.receivers.arrivals.map(\.status) == ["firing", "resolved"])
    #expect(fixture.receivers.attempts > 2)
    #expect(fixture.disk.count(.outbox) == 0 && fixture.disk.count(.alerts) == 0)
  }

  /// Kill -9 before and after every single write: every message arrives, in order, and what arrives
  /// again has the same number.
  @Test(arguments: [false, true])
  func aCrashAtAnyWriteLosesNothingAndRepeatsNothingNew(isAfter: Bool) {
    let writes = Self.writesOfACalmLife()
    #expect(writes > 10)
    for write in 0..<writes {
      let fault: MemoryStateStore.Fault =
        isAfter ? .crashAfter(write: write) : .crashBefore(write: write)
      let fixture = RouterFixture(.oneWebhook(), fault: fault)
      play(in: fixture)
      #expect(fixture.store.hasCrashed, "\(fault)")
      let before = fixture.receivers.arrivals.count
      fixture.boot()
      play(in: fixture)
      var ids: [String] = []
      var statuses: [String] = []
      for arrival in fixture.receivers.arrivals where !ids.contains(arrival.id) {
        ids.append(arrival.id)
        statuses.append(arrival.status)
      }
      #expect(statuses == ["firing", "resolved"], "\(fault)")
      // Only a message whose arrival was not yet on disk may arrive a second time.
      #expect(fixture.receivers.arrivals.count <= (isAfter ? 2 : 3), "\(fault), \(before) before")
      #expect(fixture.disk.count(.outbox) == 0 && fixture.disk.count(.alerts) == 0, "\(fault)")
    }
  }

  @Test func aRestartDoesNotForgetWhatFiresNorNotifyTwice() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.validity = 240_000
    fixture.fire(["alertname": "A", "n": "1"], since: 0)
    fixture.advance(to: 60)
    fixture.store.crash()
    // The alert is not repeated for ten minutes: it must not seem to have ended.
    fixture.now = Timestamp(rawValue: 700_000)
    fixture.boot()
    fixture.advance(to: 760)
    #expect(fixture.receivers.arrivals.count == 1)
    #expect(fixture.alerts.count == 1)
    fixture.fire(["alertname": "A", "n": "1"], since: 0)
    fixture.advance(to: 2000)
    // Now the sender stays silent.
    #expect(fixture.receivers.arrivals.map(\.status) == ["firing", "resolved"])
  }

  @Test func anEndThatWasReceivedButNotSentSurvives() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.fire(["alertname": "A", "n": "1"], since: 0)
    fixture.advance(to: 60)
    fixture.resolve(["alertname": "A", "n": "1"], since: 0, at: 60)
    fixture.store.crash()
    fixture.boot()
    fixture.advance(to: 400)
    #expect(fixture.receivers.arrivals.map(\.status) == ["firing", "resolved"])
  }

  @Test func waitingMessagesAreDeliveredInOrderAfterTheRestart() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.receivers.failure = .retryable("down")
    fixture.fire(["alertname": "A", "n": "1"], since: 0)
    fixture.advance(to: 100)
    fixture.resolve(["alertname": "A", "n": "1"], since: 0, at: 100)
    fixture.advance(to: 400)
    #expect(fixture.disk.count(.outbox) == 2)
    fixture.store.crash()
    fixture.receivers.failure = nil
    fixture.boot()
    fixture.advance(to: 401)
    #expect(fixture.receivers.arrivals.map(\.status) == ["firing", "resolved"])
    #expect(fixture.disk.count(.outbox) == 0)
  }

  @Test func aFullDiskDoesNotStopNotifications() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.store.failWrites(with: .notWritable("disk full"))
    fixture.fire(["alertname": "A", "n": "1"], since: 0)
    fixture.advance(to: 60)
    #expect(fixture.receivers.arrivals.map(\.status) == ["firing"])
  }
}
