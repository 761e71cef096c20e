package import CollectorCore
package import ExpositionFormat
import MetricModel
import PostgresAccess

/// Metrics of the admin console of a PgBouncer, under the names of its usual exporter.
///
/// A configured server whose database is `pgbouncer` is treated as one. Versions add and drop
/// columns: those that exist are exposed.
package struct PgBouncerCollector: Collector {
  let server: PostgresServer

  /// Makes a collector; the server's settings must name the database `pgbouncer`.
  package init(_ server: PostgresServer) {
    self.server = server
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let deadline = ContinuousClock.now + context.remaining * 0.9
    do throws(PostgresError) {
      try await server.session.query("SHOW LISTS", deadline: deadline)
        .writeLists(into: &buffer)
      writeUp(1, "ok", into: &buffer)
      for table in PgBouncerTable.all {
        let rows = try await server.session.query(table.statement, deadline: deadline)
        table.write(rows, into: &buffer)
      }
      try await server.session.query("SHOW CONFIG", deadline: deadline)
        .writeConfiguration(into: &buffer)
      writeVersion(into: &buffer)
    } catch {
      writeUp(0, error.reason.rawValue, into: &buffer)
    }
  }

  private func writeUp(_ value: Double, _ reason: String, into buffer: inout FamilyBuffer) {
    buffer.gauge("pgbouncer_up", "Whether this scrape had an answer of the admin console.", value)
    buffer.family(
      "tocsin_postgres_up_reason", .gauge,
      "Why pg_up is what it is: ok, or the kind of failure.", labels: ["reason"])
    buffer.add(1, reason)
  }

  /// The console reports its version as that of a server: this saves a statement, whose result is a
  /// row in some versions and a notice in others.
  private func writeVersion(into buffer: inout FamilyBuffer) {
    guard let text = server.session.state.serverVersionText else { return }
    buffer.family("pgbouncer_version_info", .gauge, "Version of PgBouncer.", labels: ["version"])
    buffer.add(1, text.split(separator: "/").first.map(String.init) ?? text)
  }
}

extension PostgresResult {
  /// `SHOW LISTS`: a name and a number each.
  fileprivate borrowing func writeLists(into buffer: inout FamilyBuffer) {
    for row in 0..<rowCount {
      guard let name = string(row, 0), let value = double(row, 1) else { continue }
      let metric = "pgbouncer_\(name)"
      guard NameRules.isMetricName(metric) else { continue }
      buffer.gauge(metric, "Count of \(name.replacing("_", with: " ")).", value)
    }
  }

  /// `SHOW CONFIG`: only the limits relevant to saturation.
  fileprivate borrowing func writeConfiguration(into buffer: inout FamilyBuffer) {
    let wanted = [
      "max_client_conn": ("max_client_connections", "Client connections allowed."),
      "max_user_connections": (
        "max_user_connections", "Server connections allowed for each user, 0 for no limit."
      ),
    ]
    guard let key = columnIndex("key"), let value = columnIndex("value") else { return }
    for row in 0..<rowCount {
      guard let name = string(row, key), let (metric, help) = wanted[name],
        let number = double(row, value)
      else { continue }
      buffer.gauge("pgbouncer_config_\(metric)", help, number)
    }
  }
}
