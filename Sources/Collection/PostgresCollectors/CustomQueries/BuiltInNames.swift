/// Names that custom queries may not take.
package enum BuiltInNames {
  /// Prefixes of names that belong to Tocsin's own collectors, or to Prometheus.
  package static let reservedPrefixes = [
    "tocsin_", "pg_exporter_", "pg_scrape_", "pg_settings_", "node_", "namedprocess_", "redis_",
    "probe_", "process_", "scrape_", "go_", "promhttp_", "ALERTS",
  ]

  private static let reserved: Set = ["up", "pg_up", "pg_static"]

  /// Whether a name is reserved for Tocsin or Prometheus.
  package static func isReserved(_ name: String) -> Bool {
    reserved.contains(name) || reservedPrefixes.contains { name.hasPrefix($0) }
  }

  /// The enabled built-in query that exposes a metric of this name; `nil` if there is none.
  package static func owner(of name: String, _ selection: PostgresSelection) -> String? {
    PostgresCollectors.all.first { query in
      guard let table = query as? TableQuery,
        !selection.disabled.contains(table.name),
        table.isEnabledByDefault || selection.enabled.contains(table.name)
      else { return false }
      return table.values.contains {
        $0.names(prefix: table.prefix, in: selection.generations).contains(name)
      }
    }?.name
  }

  /// The built-in query for postgres_exporter's namespace: `pg_stat_bgwriter` is `stat_bgwriter`.
  package static func query(ofNamespace namespace: String) -> String? {
    guard namespace.hasPrefix("pg_") else { return nil }
    let name = String(namespace.dropFirst(3))
    return PostgresCollectors.names.contains(name) ? name : nil
  }
}
