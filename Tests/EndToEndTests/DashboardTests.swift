import Foundation
import TestSupport
import Testing
import WebClient

/// Every query of every dashboard returns data from a live evaluator.
@Suite struct DashboardTests {
  /// Queries that are empty on a healthy machine, or on one whose kernel lacks the feature.
  private static func mayBeEmpty(_ expression: String) -> Bool {
    let needsPressure =
      expression.contains("node_pressure_")
      && !FileManager.default.isReadableFile(atPath: "/proc/pressure/cpu")
    return needsPressure
  }

  @Test func everyQueryOfEveryDashboardReturnsData() async throws {
    let postgres = try await ThrowawayPostgres.start()
    let redis = try await ThrowawayRedis.start()
    let exporter = try await Daemon.exporter(
      environment: ["DATABASE_URL": postgres.url, "REDIS_URL": redis.url])
    // The dashboards need the data of a server in use: a memory limit, keys that expire,
    // statements.
    _ = try await redis.run("CONFIG", "SET", "maxmemory", "100mb")
    _ = try await redis.run("SET", "key", "value", "EX", "1000")
    _ = try await redis.run("GET", "key")
    let folder = try TemporaryDirectory(prefix: "tocsin-dashboards")
    let configuration = try folder.write(
      """
      global: {scrape_interval: 3s, evaluation_interval: 1s}
      rule_files: ["\(Daemon.repository)/rules/*.yml"]
      scrape_configs:
        - job_name: tocsin-exporter
          static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]
      """, to: "prometheus.yml")
    let evaluator = try await Daemon.evaluator(
      configuration: configuration, storage: folder.file("data"))
    try await evaluator.waitFor("pg_up", equals: 1)
    try await evaluator.waitFor("redis_up", equals: 1)
    // Sizes come from collectors on the slow schedule; rates need several scrapes.
    try await eventually("sizes and rates are there") {
      let sizes = (try? await evaluator.query("pg_database_size_bytes")) ?? []
      let scrapes = ((try? await evaluator.value("count_over_time(node_load1[5m])")) ?? nil) ?? 0
      return !sizes.isEmpty && scrapes >= 4
    }

    for path in ShippedFilesTests.dashboards {
      let dashboard = try JSON([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
      let queries = Self.queries(of: dashboard)
      #expect(queries.count > 10, "\(path)")
      for query in queries {
        var result = try await evaluator.query(query)
        if result.isEmpty, !Self.mayBeEmpty(query) {
          // On a busy machine a collector may have been late for the last scrape.
          try? await eventually(query) {
            result = try await evaluator.query(query)
            return !result.isEmpty
          }
        }
        #expect(
          !result.isEmpty || Self.mayBeEmpty(query),
          "\((path as NSString).lastPathComponent): \(query)")
      }
      for variable in dashboard["templating"]["list"].array {
        guard let values = variable["query"]["query"].string else { continue }
        #expect(values.hasPrefix("label_values("), "\(values)")
      }
    }
  }

  /// All expressions, with the variables as Grafana fills them in when everything is selected.
  private static func queries(of dashboard: JSON) -> [String] {
    dashboard["panels"].array.flatMap { $0["targets"].array }.compactMap { $0["expr"].string }
      .map { expression in
        ["$instance", "$server", "$datname", "$group"].reduce(expression) {
          $0.replacing($1, with: ".*")
        }
      }
  }
}
