import TestSupport
import Testing
import WebClient

/// When one Postgres server fails in any way, the scrape is on time with status 200, shows
/// everything else and the reason, and recovers by itself.
@Suite struct PostgresFailureTests {
  /// A fault of a server, the reason that is reported, and how the fault ends.
  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    let reason: String
    let begin: @Sendable (ThrowawayPostgres) async throws -> Void
    let end: @Sendable (ThrowawayPostgres) async throws -> Void
    var testDescription: String { name }
  }

  private static let leave =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"

  static let faults = [
    Fault(name: "it stops in order", reason: "refused") {
      try await $0.stop()
    } end: {
      try await $0.start()
    },
    Fault(name: "it is killed", reason: "refused") {
      try await $0.crash()
    } end: {
      try await $0.start()
    },
    Fault(name: "it accepts and never answers", reason: "timeout") {
      $0.pause()
    } end: {
      $0.resume()
    },
    Fault(name: "it knows another password", reason: "authentication") {
      try await $0.run("ALTER ROLE app PASSWORD 'other'")
      try await $0.run(leave)
    } end: {
      try await $0.run("ALTER ROLE app PASSWORD 'pw'")
    },
    Fault(name: "all its connections are taken", reason: "too_many_connections") {
      try await $0.run("ALTER ROLE app CONNECTION LIMIT 0")
      try await $0.run(leave)
    } end: {
      try await $0.run("ALTER ROLE app CONNECTION LIMIT -1")
    },
  ]

  @Test(arguments: faults)
  func theScrapeIsOnTimeSaysWhyAndRecovers(_ fault: Fault) async throws {
    let sick = try await ThrowawayPostgres.start(settings: ["max_connections": "10"])
    try await sick.run("CREATE ROLE app LOGIN PASSWORD 'pw'; GRANT pg_monitor TO app")
    let healthy = try await ThrowawayPostgres.start()
    let folder = try TemporaryDirectory(prefix: "tocsin-failures")
    let configuration = try folder.write(
      """
      postgres:
        servers:
          - {url: "\(sick.url(user: "app", password: "pw"))"}
          - {url: "\(healthy.url)"}
      """, to: "exporter.yml")
    let exporter = try await Daemon.exporter(configuration: configuration)
    let observer = Observer(
      exporter: exporter, sick: "127.0.0.1:\(sick.port)", healthy: "127.0.0.1:\(healthy.port)")
    try await observer.wait(until: "both are seen") { shown, sick in
      shown.value("pg_up", sick) == 1
    }

    try await fault.begin(sick)
    try await observer.wait(until: "the reason is shown") { shown, sick in
      shown.value("pg_up", sick) == 0
        && shown.value(
          "tocsin_postgres_up_reason", sick.merging(["reason": fault.reason]) { $1 }) == 1
    }
    try await fault.end(sick)
    try await observer.wait(until: "it is seen again") { shown, sick in
      shown.value("pg_up", sick) == 1
    }
    #expect(try await exporter.stop() == 0)
  }

  /// A Prometheus that announces a scrape timeout of five seconds.
  private struct Observer {
    let exporter: Daemon
    let sick: String
    let healthy: String

    /// Scrapes until a page reports the expected state of the faulty server, with the other server
    /// and the host beside it. No scrape on the way may fail; their number depends on the load of
    /// the machine.
    func wait(
      until what: String, _ isSaid: (_ shown: ExpositionText, _ sick: [String: String]) -> Bool
    ) async throws {
      try await eventually(what) {
        var request = WebRequest(.get, "http://127.0.0.1:\(exporter.port)/metrics")
        request.headers.append("X-Prometheus-Scrape-Timeout-Seconds", "5")
        request.timeout = .seconds(120)
        let response = try await HTTP.client.send(request)
        #expect(response.status == 200)
        let shown = ExpositionText(response.text)
        return isSaid(shown, ["server": sick]) && shown.value("pg_up", ["server": healthy]) == 1
          && shown.value("node_load1") != nil
      }
    }
  }
}
