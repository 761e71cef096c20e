import CollectorCore
import MetricModel
import Testing
import WebServer

@testable import ExporterService

@Suite struct ExporterRoutesTests {
  @Test(arguments: [
    ("10", 9500), ("1.5", 1000), ("0.5", 250), ("1", 500), ("1e9", 119_500), ("120.5", 119_500),
  ])
  func theTimeoutReservesTimeForTheTransfer(header: String, milliseconds: Int) {
    #expect(ExporterRoutes.budget(ofHeader: header) == .milliseconds(milliseconds))
  }

  @Test(arguments: ["", "0", "-1", "nan", "inf", "10s"])
  func invalidTimeoutHeadersAreRefused(header: String) {
    #expect(ExporterRoutes.budget(ofHeader: header) == nil)
  }

  @Test(arguments: [
    ("/metrics", CollectorRunner.Selection.all), ("/metrics?collect[]=a", .only(["a"])),
    ("/metrics?collect[]=a&collect[]=b", .only(["a", "b"])),
    ("/metrics?exclude[]=a&exclude[]=nonsense", .except(["a", "nonsense"])),
  ])
  func collectorsAreChosenByQuery(target: String, selection: CollectorRunner.Selection) throws {
    let request = try HTTPRequest(target: target)
    #expect(
      try ExporterRoutes.selection(of: request.query, known: ["a", "b"]).get() == selection)
  }

  @Test(arguments: ["/metrics?collect[]=c", "/metrics?collect[]=a&exclude[]=b"])
  func invalidCollectorSelectionsAreRefused(target: String) throws {
    let request = try HTTPRequest(target: target)
    #expect(throws: ExporterRoutes.Refusal.self) {
      try ExporterRoutes.selection(of: request.query, known: ["a", "b"]).get()
    }
  }

  @Test func healthNamesEveryServer() {
    let report = HealthReport(
      uptime: .seconds(90), now: Timestamp(rawValue: 0),
      backends: [
        BackendHealth(kind: .postgres, server: "db:5432", isUp: true, version: "15.18", reason: ""),
        BackendHealth(
          kind: .redis, server: "cache:6379", isUp: false, version: "", reason: "refused"),
      ])
    let expected =
      #"{"status":"degraded","version":"\#(TocsinVersion.current)","uptime":90,"#
      + #""postgres":{"status":"connected","servers":[{"server":"db:5432","status":"connected","version":"15.18"}]},"#
      + #""redis":{"status":"disconnected","servers":[{"server":"cache:6379","status":"disconnected","version":"","reason":"refused"}]},"#
      + #""timestamp":"1970-01-01T00:00:00.000Z"}"#
    #expect(String(decoding: report.json, as: UTF8.self) == expected)
  }
}
