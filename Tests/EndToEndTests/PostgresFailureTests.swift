import TestSupport
import Testing
import WebClient

/// Whatever happens to one Postgres server: the scrape is on time and 200, shows all else, says why, and recovers by itself.
@Suite struct PostgresFailureTests {
  /// What happens to a server, what is said of it, and what mends it.
  struct Trouble: Sendable, CustomTestStringConvertible {
    let name: String
    let reason: String
    let begin: @Sendable (ThrowawayPostgres) async throws -> Void
    let end: @Sendable (ThrowawayPostgres) async throws -> Void
    var testDescription: String { name }
  }

  private static let leave =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"

  static let troubles = [
    Trouble(name: "it stops in order", reason: "refused") {
      try await $0.stop()
    } end: {
      try await $0.start()
    },
    Trouble(name: "it is killed", reason: "refused") {
      try await $0.crash()
    } end: {
      try await $0.start()
    },
    Trouble(name: "it accepts and never answers", reason: "timeout") {
      $0.pause()
    } end: {
      $0.resume()
    },
    Trouble(name: "it knows another password", reason: "authentication") {
      try await $0.run("ALTER ROLE app PASSWORD 'other'")
      try await $0.run(leave)
    } end: {
      try await $0.run("ALTER ROLE app PASSWORD 'pw'")
    },
    Trouble(name: "it lets nobody in", reason: "too_many_connections") {
      try await $0.run("ALTER ROLE app CONNECTION LIMIT 0")
      try await $0.run(leave)
    } end: {
      try await $0.run("ALTER ROLE app CONNECTION LIMIT -1")
    },
  ]

  @Test(arguments: troubles)
  func theScrapeIsOnTimeSaysWhyAndRecovers(_ trouble: Trouble) async throws {
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
    let watch = Watch(
      exporter: exporter, sick: "127.0.0.1:\(sick.port)", healthy: "127.0.0.1:\(healthy.port)")
    try await watch.wait(until: "both are seen") { shown, sick in shown.value("pg_up", sick) == 1 }

    try await trouble.begin(sick)
    try await watch.wait(until: "the reason is told") { shown, sick in
      shown.value("pg_up", sick) == 0
        && shown.value(
          "tocsin_postgres_up_reason", sick.merging(["reason": trouble.reason]) { $1 }) == 1
    }
    try await trouble.end(sick)
    try await watch.wait(until: "it is seen again") { shown, sick in shown.value("pg_up", sick) == 1
    }
    #expect(try await exporter.stop() == 0)
  }

  /// A Prometheus that gives up after five seconds.
  private struct Watch {
    let exporter: Daemon
    let sick: String
    let healthy: String

    /// Scrapes until something is said of the sick server; no scrape on the way may be late, fail, or lack the other server or the host.
    func wait(
      until what: String, _ isSaid: (_ shown: ExpositionText, _ sick: [String: String]) -> Bool
    ) async throws {
      try await waitUntil(what) {
        var request = WebRequest(.get, "http://127.0.0.1:\(exporter.port)/metrics")
        request.headers.append("X-Prometheus-Scrape-Timeout-Seconds", "5")
        request.timeout = .seconds(5)
        let response = try await HTTP.client.send(request)
        #expect(response.status == 200)
        let shown = ExpositionText(response.text)
        #expect(shown.value("pg_up", ["server": healthy]) == 1)
        #expect(shown.value("node_load1") != nil)
        return isSaid(shown, ["server": sick])
      }
    }
  }
}
