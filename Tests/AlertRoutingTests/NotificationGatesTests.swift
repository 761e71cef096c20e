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

/// A row of the decision table: the entry of the notification log, the group's alerts, and whether
/// a notification is due.
struct Decision: Sendable, CustomTestStringConvertible {
  let name: String
  /// The alerts that fired in the last notification; nil without an entry.
  let lastFiring: String?
  var lastResolved = ""
  let firing: String
  var resolved = ""
  var sendResolved = true
  /// Seconds since the entry.
  var age: Int64 = 60
  let reason: NotificationReason?

  var testDescription: String { name }
}

@Suite struct NotificationGatesTests {
  private static let table = [
    Decision(
      name: "no entry, firing", lastFiring: nil, firing: "a", reason: .firstNotification),
    Decision(
      name: "no entry, only ended", lastFiring: nil, firing: "", resolved: "a", reason: nil),
    Decision(name: "a new one", lastFiring: "a", firing: "ab", reason: .newAlerts),
    Decision(
      name: "fires again", lastFiring: "", lastResolved: "a", firing: "a",
      reason: .firstNotification),
    Decision(name: "all ended", lastFiring: "a", firing: "", resolved: "a", reason: .allResolved),
    Decision(
      name: "all ended, not to be sent: the log is written all the same", lastFiring: "a",
      firing: "", resolved: "a", sendResolved: false, reason: .allResolved),
    Decision(
      name: "the end was sent", lastFiring: "", lastResolved: "a", firing: "", resolved: "a",
      reason: nil),
    Decision(
      name: "some ended", lastFiring: "ab", firing: "a", resolved: "b", reason: .someResolved),
    Decision(
      name: "some ended, not to be sent", lastFiring: "ab", firing: "a", resolved: "b",
      sendResolved: false, reason: nil),
    Decision(
      name: "sent already", lastFiring: "ab", lastResolved: "b", firing: "a", resolved: "b",
      reason: nil),
    Decision(name: "not yet due again", lastFiring: "a", firing: "a", age: 3599, reason: nil),
    Decision(name: "due again", lastFiring: "a", firing: "a", age: 3600, reason: .repeatElapsed),
    Decision(name: "fewer than before", lastFiring: "ab", firing: "a", reason: nil),
  ]

  @Test(arguments: table) func whatIsDueAfterTheLastNotification(_ row: Decision) {
    let entry = row.lastFiring.map {
      NotificationLogEntry(
        notification(firing: $0, resolved: row.lastResolved, at: 10_000 - row.age), message: "m")
    }
    let due = notification(firing: row.firing, resolved: row.resolved)
      .deduplicated(by: entry, sendResolved: row.sendResolved)
    #expect(due?.reason == row.reason)
  }

  @Test func nothingIsRepeatedWhileAMessageWaits() {
    let entry = NotificationLogEntry(notification(firing: "a", at: 0), message: "m")
    func due(_ firing: String) -> AlertNotification? {
      notification(firing: firing).deduplicated(by: entry, sendResolved: true, isPending: true)
    }
    #expect(due("a") == nil)
    #expect(due("ab")?.reason == .newAlerts)
  }

  @Test func entriesAreForgottenAfterTwoRepeatIntervals() {
    let entry = NotificationLogEntry(notification(firing: "a", at: 0), message: "m")
    #expect(!entry.isExpired(at: Timestamp(rawValue: 7_199_999)))
    #expect(entry.isExpired(at: Timestamp(rawValue: 7_200_000)))
  }

  @Test(arguments: [0, 3])
  func pipelineKeysReadBack(occurrence: Int) throws {
    let pipeline = PipelineKey(
      group: GroupKey(path: "{}/{a=\"b\"}", labels: ["x": "y"], occurrence: occurrence),
      integration: IntegrationKey(receiver: "team a", kind: "slack", index: 2))
    #expect(PipelineKey(storedText: pipeline.storedText) == pipeline)
  }

  @Test(arguments: ["nonsense", "r\u{1f}k\u{1f}x\u{1f}{}:{}", "r\u{1f}k\u{1f}1/\u{1f}{}:{}"])
  func otherTextsAreNoPipelineKeys(text: String) {
    #expect(PipelineKey(storedText: text) == nil)
  }

  @Test func gatesRemoveAlertsAndCountTheReason() throws {
    var counters = NotificationCounters()
    var silences = SilenceStore()
    silences.restore(
      Silence(
        id: "s", matchers: [LabelMatcher("alertname", equals: "a")],
        startsAt: Timestamp(rawValue: 0), endsAt: .distantFuture))
    let all = notification(firing: "abc")
    let rest = all.removingSilenced(by: silences, counters: &counters)
    #expect(rest?.alerts.map(\.labels) == [["alertname": "b"], ["alertname": "c"]])
    #expect(counters.suppressed == [.silence: 1])
    #expect(notification(firing: "a").removingSilenced(by: silences, counters: &counters) == nil)
    #expect(counters.suppressed == [.silence: 2])
  }

  @Test func anErrorOfTheNotifierIsNoMessage() {
    struct Broken: Notifier {
      func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
        throw .permanent("template")
      }

      func deliver(_ message: RenderedMessage) async throws(NotifyError) {}
    }
    #expect(throws: NotifyError.permanent("template")) {
      try notification(firing: "a").rendered(by: Broken(), sendResolved: true)
    }
  }
}
