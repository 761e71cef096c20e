import Foundation
import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import AlertRouting

/// Rows that version 0.1.0 wrote, before routes with equal matchers had groups of their own, must
/// always be readable.
@Suite struct StoredFormatTests {
  private static let group = #"{}:{alertname="A"}"#
  private static let integration = #"{"receiver":"hook","kind":"webhook","index":0}"#

  private static let rows: [(StateTable, key: String, value: String)] = [
    (
      .alerts, "c5f5c0d3ffd6c9ee",
      #"{"labels":{"alertname":"A","n":"1"},"annotations":{"summary":"s"},"startsAt":0,"#
        + #""endsAt":3600000,"endsByTimeout":false,"generatorURL":"http://g","updatedAt":0}"#
    ),
    (
      .silences, "5a1c0f0e-0000-4000-8000-000000000001",
      #"{"matchers":[{"name":"n","operation":"=~","value":"9"}],"startsAt":0,"endsAt":9000000,"#
        + #""updatedAt":0,"createdBy":"me","comment":"why","annotations":{"a":"b"}}"#
    ),
    (
      .notificationLog, "hook\u{1f}webhook\u{1f}0\u{1f}" + group,
      #"{"firing":[\#(Labels(["alertname": "A", "n": "1"]).fingerprint)],"resolved":[],"#
        + #""message":"m1","instant":30000,"expiry":28830000}"#
    ),
    (
      .outbox, "00000000000000000007",
      #"{"sequence":7,"integration":\#(integration),"groupKey":"{}:{alertname=\"A\"}","message":"#
        + #"{"id":"m1","body":[],"attributes":{"status":"firing","firing":"1","at":"30"}},"reason":"#
        + #""first notification","status":"firing","firing":1,"resolved":0,"#
        + #""groupLabels":{"alertname":"A"},"createdAt":30000}"#
    ),
  ]

  @Test func rowsOfTheFirstVersionAreRead() throws {
    let fixture = RouterFixture(.oneWebhook())
    for (table, key, value) in Self.rows {
      try fixture.store.write([.put(table, key: key, value: Array(value.utf8))])
      var state = RouterState()
      #expect(state.restore(fixture.disk.rows(in: table), from: table, at: fixture.now) == [])
    }
    fixture.now = Timestamp(rawValue: 60_000)
    fixture.boot()
    #expect(fixture.alerts.map(\.alert.annotations) == [["summary": "s"]])
    #expect(fixture.state.silences.list(at: fixture.now).map(\.comment) == ["why"])
    // The message that waited is delivered, and the log prevents a second notification of the
    // group.
    fixture.advance(to: 700)
    #expect(fixture.receivers.arrivals.map(\.id) == ["m1"])
    #expect(fixture.state.nextSequence == 8)
    #expect(fixture.disk.count(.outbox) == 0)
  }

  @Test func rowsOfAFirstRouteAreWrittenAsBefore() throws {
    let fixture = RouterFixture(.oneWebhook())
    fixture.receivers.failure = .retryable("down")
    fixture.fire(["alertname": "A", "n": "1"], since: 0)
    fixture.advance(to: 60)
    #expect(
      fixture.disk.rows(in: .notificationLog).map(\.key)
        == ["hook\u{1f}webhook\u{1f}0\u{1f}" + Self.group])
    let row = try #require(fixture.disk.rows(in: .outbox).first)
    let json = try JSONSerialization.jsonObject(with: Data(row.value))
    let fields = try #require(json as? [String: Any])
    #expect(
      Set(fields.keys) == [
        "sequence", "integration", "groupKey", "message", "reason", "status", "firing", "resolved",
        "groupLabels", "createdAt",
      ])
  }

  @Test(arguments: StateTable.allCases.filter { $0 != .alertStates })
  func unreadableRowsAreNamed(table: StateTable) {
    var state = RouterState()
    let row = StateRow(key: "x", value: [0x7b])
    #expect(state.restore([row], from: table, at: Timestamp(rawValue: 0)) == ["x"])
  }
}
