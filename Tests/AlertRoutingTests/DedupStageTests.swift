import MetricModel
import StorageAPI
import Testing

@testable import AlertRouting

private func alerts(_ names: String, endsAt: Timestamp?) -> [NotifiedAlert] {
  names.map { name in
    NotifiedAlert(
      Alert(
        labels: ["alertname": String(name)], startsAt: Timestamp(rawValue: 0),
        endsAt: endsAt ?? .distantFuture, updatedAt: Timestamp(rawValue: 0)),
      at: Timestamp(rawValue: 10_000_000))
  }
}

private func notification(
  firing: String, resolved: String = "", at seconds: Int64 = 10_000
) -> AlertNotification {
  AlertNotification(
    receiver: "r", groupKey: GroupKey(path: "{}", labels: .empty), groupLabels: .empty,
    alerts: alerts(firing, endsAt: nil) + alerts(resolved, endsAt: Timestamp(rawValue: 1)),
    now: Timestamp(rawValue: seconds * 1000), repeatInterval: .hours(1))
}

/// A row of the decision table: what the log says, what is so now, what is due.
struct Decision: Sendable, CustomTestStringConvertible {
  let name: String
  /// Nil: no entry.
  let toldFiring: String?
  var toldResolved = ""
  let firing: String
  var resolved = ""
  var sendResolved = true
  /// Seconds since the entry.
  var age: Int64 = 60
  let reason: NotificationReason?

  var testDescription: String { name }
}

@Suite struct DedupStageTests {
  private static let table = [
    Decision(
      name: "1 nothing told, firing", toldFiring: nil, firing: "a", reason: .firstNotification),
    Decision(
      name: "1 nothing told, only ended", toldFiring: nil, firing: "", resolved: "a", reason: nil),
    Decision(name: "2 a new one", toldFiring: "a", firing: "ab", reason: .newAlerts),
    Decision(
      name: "2 fires again", toldFiring: "", toldResolved: "a", firing: "a",
      reason: .firstNotification),
    Decision(name: "3 all ended", toldFiring: "a", firing: "", resolved: "a", reason: .allResolved),
    Decision(
      name: "3 all ended, not to be told: the log is written all the same", toldFiring: "a",
      firing: "", resolved: "a", sendResolved: false, reason: .allResolved),
    Decision(
      name: "3 the end was told", toldFiring: "", toldResolved: "a", firing: "", resolved: "a",
      reason: nil),
    Decision(
      name: "4 some ended", toldFiring: "ab", firing: "a", resolved: "b", reason: .someResolved),
    Decision(
      name: "4 some ended, not to be told", toldFiring: "ab", firing: "a", resolved: "b",
      sendResolved: false, reason: nil),
    Decision(
      name: "4 told already", toldFiring: "ab", toldResolved: "b", firing: "a", resolved: "b",
      reason: nil),
    Decision(name: "5 not yet due again", toldFiring: "a", firing: "a", age: 3599, reason: nil),
    Decision(name: "5 due again", toldFiring: "a", firing: "a", age: 3600, reason: .repeatElapsed),
    Decision(name: "6 fewer than told", toldFiring: "ab", firing: "a", reason: nil),
  ]

  @Test(arguments: table) func p3_theDecisionTable(_ row: Decision) async throws {
    let entry = row.toldFiring.map {
      NotificationLogEntry(
        notification(firing: $0, resolved: row.toldResolved, at: 10_000 - row.age), message: "m")
    }
    let stage = DedupStage(entry, sendResolved: row.sendResolved)
    let passed = try await stage.run(notification(firing: row.firing, resolved: row.resolved))
    #expect(passed?.reason == row.reason)
  }

  @Test func nothingIsRepeatedWhileAMessageWaits() async throws {
    let entry = NotificationLogEntry(notification(firing: "a", at: 0), message: "m")
    let stage = DedupStage(entry, sendResolved: true, isPending: true)
    #expect(try await stage.run(notification(firing: "a")) == nil)
    #expect(try await stage.run(notification(firing: "ab"))?.reason == .newAlerts)
  }

  @Test func p2_entriesAreForgottenAfterTwoRepeatIntervals() {
    let entry = NotificationLogEntry(notification(firing: "a", at: 0), message: "m")
    #expect(!entry.isExpired(at: Timestamp(rawValue: 7_199_999)))
    #expect(entry.isExpired(at: Timestamp(rawValue: 7_200_000)))
  }

  @Test func p2_lineKeysReadBack() throws {
    let line = NotificationLine(
      group: GroupKey(path: "{}/{a=\"b\"}", labels: ["x": "y"]),
      integration: IntegrationKey(receiver: "team a", kind: "slack", index: 2))
    #expect(NotificationLine(key: line.key) == line)
    #expect(NotificationLine(key: "nonsense") == nil)
  }
}
