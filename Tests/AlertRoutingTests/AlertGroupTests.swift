import MetricModel
import StorageAPI
import Testing

@testable import AlertRouting

private func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

private func alert(_ labels: Labels, since: Int64, until: Int64? = nil) -> Alert {
  Alert(
    labels: labels, startsAt: at(since), endsAt: until.map(at) ?? .distantFuture,
    updatedAt: at(since))
}

@Suite struct AlertGroupTests {
  private func group(at now: Int64) -> AlertGroup {
    let route = RoutingTree(.oneWebhook()).root
    return AlertGroup(key: route.groupKey(of: .empty), labels: .empty, route: route, now: at(now))
  }

  @Test func aNewGroupWaits() {
    var group = group(at: 100)
    group.insert(alert(["a": "1"], since: 100), now: at(100))
    #expect(group.decide(at: at(129)) == .wait(until: at(130)))
    #expect(group.decide(at: at(130)) == .flush([alert(["a": "1"], since: 100)]))
  }

  @Test func anOldAlertDoesNotWait() {
    var group = group(at: 100)
    group.insert(alert(["a": "1"], since: 70), now: at(100))
    #expect(group.decide(at: at(100)) == .wait(until: at(130)))
    group.insert(alert(["a": "2"], since: 69), now: at(100))
    #expect(group.nextFlush == at(100))
  }

  @Test func laterFlushesAreAnIntervalApart() {
    var group = group(at: 0)
    let first = alert(["a": "1"], since: 0)
    group.insert(first, now: at(0))
    group.flushed([first], at: at(30), succeeded: true)
    group.insert(alert(["a": "2"], since: -9999), now: at(31))
    #expect(group.decide(at: at(329)) == .wait(until: at(330)))
  }

  @Test func alertsAreSortedByJobInstanceAndLabels() {
    let ordered: [Labels] = [
      ["job": "a", "instance": "1", "z": "1"], ["job": "a", "instance": "2"], ["job": "a"],
      ["job": "b", "instance": "0"], ["instance": "0", "b": "1"], ["instance": "0", "c": "1"],
      ["a": "1"],
    ]
    let sorted = ordered.reversed().map { alert($0, since: 0) }.sorted(by: AlertGroup.isBefore)
    #expect(sorted.map(\.labels) == ordered)
  }

  @Test func firingAlertsHaveNoEnd() {
    let firing = NotifiedAlert(alert(["a": "1"], since: 0, until: 500), at: at(100))
    #expect(firing.endsAt == nil && firing.status == .firing)
    let ended = NotifiedAlert(alert(["a": "1"], since: 0, until: 100), at: at(100))
    #expect(ended.endsAt == at(100) && ended.status == .resolved)
  }

  @Test func endedAlertsAreRemovedAfterASuccessfulFlush() {
    var group = group(at: 0)
    let ended = alert(["a": "1"], since: 0, until: 20)
    let firing = alert(["a": "2"], since: 0)
    group.insert(ended, now: at(0))
    group.insert(firing, now: at(0))
    group.flushed([ended, firing], at: at(30), succeeded: true)
    #expect(group.acknowledge() == [ended])
    #expect(group.alerts.count == 1)
  }

  @Test func noAlertIsRemovedAfterAFailureOrAChange() {
    var group = group(at: 0)
    let ended = alert(["a": "1"], since: 0, until: 20)
    group.insert(ended, now: at(0))
    group.flushed([ended], at: at(30), succeeded: false)
    #expect(group.acknowledge().isEmpty)
    group.flushed([ended], at: at(330), succeeded: true)
    group.insert(alert(["a": "1"], since: 331), now: at(331))
    #expect(group.acknowledge().isEmpty)
    group.flushed([ended], at: at(630), succeeded: true)
    group.reopen()
    #expect(group.acknowledge().isEmpty)
  }

  @Test func anEmptyGroupIsDropped() {
    #expect(group(at: 0).decide(at: at(0)) == .drop)
  }
}

/// A row of the merge table; times in seconds, now is 100.
struct Merge: Sendable, CustomTestStringConvertible {
  let name: String
  let old: (starts: Int64, ends: Int64, isTimeout: Bool)
  let new: (starts: Int64, ends: Int64, isTimeout: Bool)
  let starts: Int64
  let ends: Int64

  var testDescription: String { name }
}

@Suite struct AlertMergeTests {
  private static let table = [
    Merge(
      name: "a later start does not move the start", old: (10, 200, false), new: (50, 300, false),
      starts: 10, ends: 300),
    Merge(
      name: "an explicit end ends it", old: (10, 200, false), new: (10, 90, false), starts: 10,
      ends: 90),
    Merge(
      name: "the later of two ends wins", old: (10, 95, false), new: (10, 90, false), starts: 10,
      ends: 95),
    Merge(
      name: "a later end that was given stays", old: (10, 300, false), new: (10, 200, true),
      starts: 10, ends: 300),
    Merge(
      name: "a later end that was made up does not", old: (10, 300, true), new: (10, 200, false),
      starts: 10, ends: 200),
    Merge(
      name: "it fires anew after its end", old: (10, 50, false), new: (60, 200, false), starts: 60,
      ends: 200),
  ]

  @Test(arguments: table) func overlappingAlertsAreMerged(_ row: Merge) {
    func alert(_ value: (starts: Int64, ends: Int64, isTimeout: Bool), updated: Int64) -> Alert {
      Alert(
        labels: ["a": "1"], annotations: Labels([("updated", "\(updated)")]),
        startsAt: at(value.starts), endsAt: at(value.ends), endsByTimeout: value.isTimeout,
        updatedAt: at(updated))
    }
    let old = alert(row.old, updated: 20)
    let new = alert(row.new, updated: 99)
    for merged in [old.merged(with: new, at: at(100)), new.merged(with: old, at: at(100))] {
      #expect(merged.startsAt == at(row.starts))
      #expect(merged.endsAt == at(row.ends))
      #expect(merged.annotations["updated"] == "99")
    }
  }

  @Test func missingTimesGetDefaults() {
    let bare = Alert.incoming(
      labels: ["a": "1"], annotations: .empty, startsAt: nil, endsAt: nil, generatorURL: "",
      resolveTimeout: .minutes(5), now: at(100))
    #expect(bare.startsAt == at(100) && bare.endsAt == at(400) && bare.endsByTimeout)
    let ended = Alert.incoming(
      labels: ["a": "1"], annotations: .empty, startsAt: nil, endsAt: at(50), generatorURL: "",
      resolveTimeout: .minutes(5), now: at(100))
    #expect(ended.startsAt == at(50) && ended.endsAt == at(50) && !ended.endsByTimeout)
  }

  @Test func fingerprintsAreThoseOfAlertmanager() {
    // FNV-1a 64 over "alertname" 0xff "A" 0xff.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in Array("alertname".utf8) + [0xff] + Array("A".utf8) + [0xff] {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    let notified = NotifiedAlert(alert(["alertname": "A"], since: 0), at: at(0))
    #expect(notified.fingerprint == String(hash, radix: 16))
  }
}
