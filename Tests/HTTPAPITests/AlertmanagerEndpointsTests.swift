import AlertRouting
import Concurrency
import MetricModel
import StorageAPI
import Synchronization
import TestSupport
import Testing
import WebServer

@testable import HTTPAPI

/// A router of two receivers behind the API, at a fixed time.
private struct AlertmanagerFixture {
  static let now = Timestamp(rawValue: 1_700_000_000_000)
  let alertRouter: AlertRouter
  let api: APIFixture

  init(now: @escaping @Sendable () -> Timestamp = { AlertmanagerFixture.now }) async throws {
    let clock = TimeSource(
      wall: { .milliseconds(now().rawValue) }, monotonic: { TimeSource.system.monotonic },
      sleep: { try await Task.sleep(for: $0) })
    let alertRouter = AlertRouter(RouterServices(store: MemoryStateStore(), clock: clock))
    var configuration = NotificationConfiguration()
    configuration.route.receiver = "team"
    configuration.receivers = [ReceiverDefinition(name: "team"), ReceiverDefinition(name: "dba")]
    var child = RouteDefinition()
    child.receiver = "dba"
    child.matchers = [LabelMatcher("job", equals: "db")]
    configuration.route.routes = [child]
    try await alertRouter.restore(RouterSetup(configuration))
    self.alertRouter = alertRouter
    // It ends with the test process: the API may outlive this value.
    Task { await alertRouter.run() }
    api = APIFixture { sources in
      sources.alertRouter = alertRouter
      sources.now = now
      sources.status.version = "0.27.0"
      sources.status.startTime = AlertmanagerFixture.now
    }
  }

  func post(_ target: String, _ body: String) async throws -> (status: Int, text: String) {
    try await api.ask("/api/v2/" + target, body: body, type: "application/json")
  }

  func get(_ target: String) async throws -> String {
    let answer = try await api.ask("/api/v2/" + target)
    guard answer.status == 200 else { throw APIFixture.Unexpected(text: "\(answer)") }
    return answer.text
  }
}

private let twoAlerts = #"""
  [{"labels":{"alertname":"Down","job":"db","empty":""},"annotations":{"summary":"s"},
    "startsAt":"2023-11-14T22:00:00Z","endsAt":"2023-11-14T23:00:00+00:00","generatorURL":"http://g/"},
   {"labels":{"alertname":"Slow","job":"web"},"startsAt":"0001-01-01T00:00:00Z"}]
  """#

@Suite(.timeLimit(.minutes(20)))
struct AlertmanagerEndpointsTests {
  @Test func alertsComeBackAsTheyWerePosted() async throws {
    let fixture = try await AlertmanagerFixture()
    let answer = try await fixture.post("alerts", twoAlerts)
    #expect((answer.status, answer.text) == (200, ""))
    let all = try await fixture.get("alerts")
    #expect(
      all.contains(
        #"{"annotations":{"summary":"s"},"endsAt":"2023-11-14T23:00:00.000Z","fingerprint":"#))
    #expect(
      all.contains(
        #""receivers":[{"name":"dba"}],"startsAt":"2023-11-14T22:00:00.000Z","#
          + #""status":{"inhibitedBy":[],"mutedBy":[],"silencedBy":[],"state":"active"},"#
          + #""updatedAt":"2023-11-14T22:13:20.000Z","generatorURL":"http://g/","#
          + #""labels":{"alertname":"Down","job":"db"}}"#))
    // The times that were missing in the request.
    #expect(all.contains(#""endsAt":"2023-11-14T22:18:20.000Z""#))
    #expect(all.contains(#""startsAt":"2023-11-14T22:13:20.000Z""#))
  }

  @Test(arguments: [
    ("", 2), ("?filter=job=%22db%22", 1), ("?filter=job=db&filter=alertname=~%22D.*%22", 1),
    ("?filter=%7Bjob=%22db%22,alertname!=%22Down%22%7D", 0), ("?receiver=d.*", 1),
    ("?receiver=d", 0), ("?receiver=", 2), ("?unprocessed=false", 2), ("?active=false", 0),
    ("?silenced=false&inhibited=false", 2),
  ])
  func filters(query: String, count: Int) async throws {
    let fixture = try await AlertmanagerFixture()
    _ = try await fixture.post("alerts", twoAlerts)
    let text = try await fixture.get("alerts" + query)
    #expect(text.split(separator: "\"fingerprint\"").count - 1 == count)
    let groups = try await fixture.get("alerts/groups" + query)
    #expect(groups.split(separator: "\"fingerprint\"").count - 1 == count)
  }

  @Test func receiversAndGroups() async throws {
    let fixture = try await AlertmanagerFixture()
    #expect(try await fixture.get("alerts") == "[]")
    #expect(try await fixture.get("alerts/groups") == "[]")
    _ = try await fixture.post("alerts", twoAlerts)
    #expect(try await fixture.get("receivers") == #"[{"name":"team"},{"name":"dba"}]"#)
    let groups = try await fixture.get("alerts/groups?receiver=dba")
    #expect(groups.hasPrefix(#"[{"alerts":[{"annotations""#))
    #expect(groups.hasSuffix(#"}],"labels":{},"receiver":{"name":"dba"},"routeLabels":{}}]"#))
  }

  @Test(arguments: [
    ("alerts", "{}", 400, "the body is no list of alerts"), ("alerts", "[", 400, "no list"),
    ("alerts", "[{}]", 400, "0: no labels"),
    ("alerts", #"[{"labels":{"a":1}}]"#, 400, "0.labels.a"),
    ("alerts", #"[{"labels":{}}]"#, 400, "at least one label"),
    ("alerts", #"[{"labels":{"a":"b"},"startsAt":"x"}]"#, 400, "startsAt is no RFC 3339 time"),
    ("silences", "[]", 400, "the body is no silence"),
    (
      "silences",
      #"{"matchers":[],"startsAt":"2023-11-14T22:00:00Z","endsAt":"2033-01-01T00:00:00Z","createdBy":"a","comment":"b"}"#,
      400, "at least one matcher"
    ),
    (
      "silences",
      #"{"matchers":[{"name":"a","value":"(","isRegex":true}],"startsAt":"2023-11-14T22:00:00Z","endsAt":"2033-01-01T00:00:00Z","createdBy":"a","comment":"b"}"#,
      400, "matcher a"
    ),
    (
      "silences",
      #"{"id":"x","matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2023-11-14T22:00:00Z","endsAt":"2033-01-01T00:00:00Z","createdBy":"a","comment":"b"}"#,
      404, "not found"
    ),
  ])
  func errorsAreBareStrings(
    target: String, body: String, status: Int, text: String
  ) async throws {
    let answer = try await AlertmanagerFixture().post(target, body)
    #expect(answer.status == status)
    #expect(answer.text.hasPrefix("\"") && answer.text.hasSuffix("\""))
    #expect(answer.text.contains(text))
  }

  @Test func invalidFiltersAreRefused() async throws {
    let fixture = try await AlertmanagerFixture()
    for query in ["filter=a=%22", "receiver=(", "active=perhaps"] {
      #expect(try await fixture.api.ask("/api/v2/alerts?" + query).status == 400)
    }
  }

  @Test func validAlertsAreAcceptedBesideInvalidOnes() async throws {
    let fixture = try await AlertmanagerFixture()
    let answer = try await fixture.post(
      "alerts",
      #"[{"labels":{"alertname":"Good"}},{"labels":{}},{"labels":{"a":"b"},"endsAt":"?"}]"#)
    #expect(answer.status == 400)
    #expect(try await fixture.get("alerts").contains("Good"))
  }

  @Test func status() async throws {
    let text = try await AlertmanagerFixture().get("status")
    #expect(
      text
        == #"{"cluster":{"peers":[],"status":"disabled"},"#
        + #""config":{"original":"route:\n  receiver: none\nreceivers:\n  - name: none\n"},"#
        + #""uptime":"2023-11-14T22:13:20.000Z","versionInfo":{"version":"0.27.0","revision":"","#
        + #""branch":"","buildUser":"","buildDate":"","goVersion":""}}"#)
  }

  @Test func lifeOfASilence() async throws {
    let fixture = try await AlertmanagerFixture()
    _ = try await fixture.post("alerts", twoAlerts)
    let answer = try await fixture.post(
      "silences",
      #"{"matchers":[{"name":"job","value":"d.","isRegex":true}],"startsAt":"2023-11-14T22:00:00Z","endsAt":"2033-01-01T00:00:00Z","createdBy":"me","comment":"why"}"#
    )
    #expect(answer.status == 200)
    let id = String(answer.text.dropFirst(#"{"silenceID":""#.count).dropLast(2))
    let silence = try await fixture.get("silence/" + id)
    #expect(
      silence
        == #"{"id":"\#(id)","status":{"state":"active"},"updatedAt":"2023-11-14T22:13:20.000Z","#
        + #""annotations":{},"comment":"why","createdBy":"me","endsAt":"2033-01-01T00:00:00.000Z","#
        + #""matchers":[{"isEqual":true,"isRegex":true,"name":"job","value":"d."}],"#
        + #""startsAt":"2023-11-14T22:13:20.000Z"}"#)
    #expect(try await fixture.get("silences?filter=job=~%22d.%22") == "[\(silence)]")
    #expect(try await fixture.get("silences?filter=job=%22db%22") == "[]")
    #expect(try await fixture.get("silences?active=false") == "[]")
    let alerts = try await fixture.get("alerts?filter=job=db")
    #expect(alerts.contains(#""silencedBy":["\#(id)"],"state":"suppressed""#))
    #expect(try await fixture.get("alerts?filter=job=db&silenced=false") == "[]")
    let deleted = try await fixture.api.ask("/api/v2/silence/" + id, method: .delete)
    #expect(deleted.status == 200)
    #expect(try await fixture.get("silences").contains(#""state":"expired""#))
    #expect(try await fixture.api.ask("/api/v2/silence/none", method: .delete).status == 404)
    #expect(try await fixture.api.ask("/api/v2/silence/none").status == 404)
  }

  @Test func amtoolWorks() async throws {
    let fixture = try await AlertmanagerFixture(now: { .now() })
    let server = try HTTPServer.start(
      on: ListenAddress(host: "127.0.0.1", port: 0), router: fixture.api.router)
    func amtool(_ arguments: String...) async throws -> String {
      let url = "--alertmanager.url=http://127.0.0.1:\(server.boundPort)"
      let child = try ChildProcess.start("amtool", [url] + arguments)
      let status = try await child.waitForExit()
      #expect(status == 0, "\(arguments): \(child.output)")
      return child.output
    }
    _ = try await amtool("alert", "add", "alertname=Down", "job=db", "--annotation=summary=s")
    #expect(try await amtool("alert", "query", "job=db").contains("Down"))
    #expect(try await !amtool("alert", "query", "job=web").contains("Down"))
    let added = try await amtool(
      "silence", "add", "alertname=Down", "--comment=c", "--author=me", "--duration=1h")
    // A warning about other versions may precede the id.
    let id = try #require(added.split(separator: "\n").last)
    #expect(try await amtool("silence", "query", "alertname=Down").contains("me"))
    #expect(try await !amtool("alert", "query").contains("Down"))
    #expect(try await amtool("alert", "query", "--silenced").contains("Down"))
    _ = try await amtool("silence", "expire", String(id))
    #expect(try await amtool("alert", "query").contains("Down"))
    #expect(try await amtool("cluster", "show").contains("disabled"))
    #expect(try await amtool("config", "show").contains("receiver: none"))
    await server.stop()
  }
}
