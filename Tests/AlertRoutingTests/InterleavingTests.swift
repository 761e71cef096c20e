import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import AlertRouting

/// Whatever happens meanwhile (alerts come and go, the receiver is down or refuses, the process
/// dies at any write, silences and reloads): in the end the receiver knows exactly the firing
/// alerts.
@Suite struct InterleavingTests {
  @Test(arguments: 0..<60)
  func atAnyInterleavingAFiringAlertEndsUpNotified(seed: Int) {
    var dice = RepeatableRandom(seed: UInt64(seed))
    let fixture = RouterFixture(.oneWebhook())
    var since: [String: Int64] = [:]
    var ended: [String: (start: Int64, end: Int64)] = [:]
    var now: Int64 = 1
    for _ in 0..<60 {
      step(fixture, &dice, &since, &ended, at: now)
      now += Int64.random(in: 1...120, using: &dice)
      say(since, ended, in: fixture, at: now)
      fixture.advance(to: now)
      if fixture.store.hasCrashed {
        fixture.now = Timestamp(rawValue: max(fixture.now.rawValue, now * 1000))
        fixture.boot()
      }
    }
    // A last process, which does not crash.
    fixture.store.crash()
    fixture.boot()
    fixture.receivers.failure = nil
    for _ in 0..<15 {
      now += 60
      say(since, ended, in: fixture, at: now)
      fixture.advance(to: now)
    }
    expectTruth(in: fixture, since: since, seed: seed)
  }

  private func step(
    _ fixture: RouterFixture, _ dice: inout RepeatableRandom, _ since: inout [String: Int64],
    _ ended: inout [String: (start: Int64, end: Int64)], at now: Int64
  ) {
    let name = ["A1", "A2", "A3", "B1", "B2"].randomElement(using: &dice) ?? "A1"
    switch Int.random(in: 0..<12, using: &dice) {
    case 0...3 where since[name] == nil:
      since[name] = now
      ended[name] = nil
    case 4...6:
      if let start = since.removeValue(forKey: name) { ended[name] = (start, now) }
    case 7: fixture.receivers.failure = .retryable("503")
    case 8: fixture.receivers.failure = .permanent("404")
    case 9: fixture.receivers.failure = nil
    case 10:
      fixture.store.crash()
      let write = Int.random(in: 2..<12, using: &dice)
      let fault: MemoryStateStore.Fault =
        Bool.random(using: &dice) ? .crashAfter(write: write) : .crashBefore(write: write)
      fixture.boot(fault: Bool.random(using: &dice) ? fault : nil)
    case 11: fixture.reload()
    default: break
    }
  }

  /// Sends what rules send every minute or so: the firing alerts, and for a quarter of an hour
  /// those that have ended.
  private func say(
    _ since: [String: Int64], _ ended: [String: (start: Int64, end: Int64)],
    in fixture: RouterFixture,
    at now: Int64
  ) {
    var alerts: [Alert] = []
    for (name, start) in since { alerts.append(fixture.alert(labels(name), since: start)) }
    for (name, times) in ended where now - times.end < 900 {
      alerts.append(fixture.alert(labels(name), since: times.start, until: times.end))
    }
    fixture.receive(alerts.sorted { $0.labels < $1.labels })
  }

  private func labels(_ name: String) -> Labels {
    ["alertname": String(name.prefix(1)), "n": name]
  }

  private func expectTruth(in fixture: RouterFixture, since: [String: Int64], seed: Int) {
    for group in ["A", "B"] {
      let last = fixture.receivers.arrivals.last { $0.group.contains("alertname=\"\(group)\"") }
      let firing = Set(since.keys.filter { $0.hasPrefix(group) })
      // A message that arrived shortly before the process died, and was refused when it was sent
      // again, counts as never sent: the router cannot know better.
      let isMistaken = fixture.events.contains { event in
        guard case .failed(let record, _) = event else { return false }
        return last?.id == record.messageID
      }
      if isMistaken { continue }
      #expect(Set(last?.firing ?? []) == firing, "seed \(seed), group \(group)")
    }
    #expect(fixture.disk.count(.outbox) == 0, "seed \(seed)")
  }
}
