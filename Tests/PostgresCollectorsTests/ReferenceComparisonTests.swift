import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

/// How far a value of the reference exporter may lie outside ours before and after it.
private func slack(_ name: String) -> Double {
  // Each exporter counts the other's sessions and their locks, and excludes its own.
  let own = [
    "pg_stat_database_numbackends": 3.0, "pg_stat_activity_count": 3, "pg_locks_count": 60,
    "pg_stat_activity_max_tx_duration": 60,
  ]
  // The reference exporter truncates times to whole seconds.
  return own[name] ?? (name.contains("stats_reset") ? 1 : 0)
}

/// Why a sample of the reference exporter has no counterpart, or another value; nil if it must be
/// equal.
private func excuse(_ sample: ExpositionText.Sample) -> String? {
  if sample.number.isNaN { return "NULL" }
  if sample.name.hasPrefix("pg_exporter_") || sample.name.hasPrefix("pg_scrape_") {
    return "about the exporter itself"
  }
  if sample.labels["datid"] == "0" { return "shared objects are no database" }
  if sample.name == "pg_settings_extra_float_digits" {
    return "set by the reference exporter's own session"
  }
  return nil
}

@Test func valuesAreThoseOfDebiansExporter() async throws {
  let server = try await ThrowawayPostgres.start(settings: ["autovacuum": "off"])
  try await server.run(
    """
    CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT generate_series(1, 1000);
    SELECT pg_create_physical_replication_slot('standby', true)
    """)
  let port = try FreePort.next()
  let reference = try ChildProcess.start(
    "prometheus-postgres-exporter", ["--web.listen-address=127.0.0.1:\(port)"],
    environment: ["DATA_SOURCE_NAME": "\(server.url)?sslmode=disable"])
  defer { reference.terminate() }
  try await reference.waitUntilAccepting(port: port)
  func page() async throws -> ExpositionText {
    let curl = try ChildProcess.start(
      "curl", ["--silent", "--noproxy", "*", "http://127.0.0.1:\(port)/metrics"])
    _ = try await curl.waitForExit()
    return ExpositionText(curl.output)
  }
  let (watched, fast) = try collector(server.url)
  func ours() async throws -> [ExpositionText] {
    [try await scrape(fast), try await slowScrape(watched)]
  }
  try await eventually("the reference exporter has logged in") {
    try await page().value("pg_up") == 1
  }
  // Counters only grow, so that the reference exporter's value lies between ours before and after
  // it.
  let before = try await ours()
  let theirs = try await page()
  let after = try await ours()
  var compared = 0
  for sample in theirs.samples where sample.name.hasPrefix("pg_") && excuse(sample) == nil {
    var labels = sample.labels
    labels["server"] = nil
    func value(_ pages: [ExpositionText]) -> Double? {
      let found = pages.flatMap { $0.all(sample.name, labels) }.map(\.number)
      // The newer labels of sessions split one series into several.
      return sample.name.hasSuffix("max_tx_duration")
        ? found.max() : found.isEmpty ? nil : found.reduce(0, +)
    }
    guard let earlier = value(before), let later = value(after) else {
      Issue.record(
        "\(sample.name) \(labels): the reference exporter has \(sample.number), and we nothing")
      continue
    }
    compared += 1
    let slack = slack(sample.name)
    #expect(
      min(earlier, later) - slack <= sample.number && sample.number <= max(earlier, later) + slack,
      "\(sample.name) \(labels): \(earlier), then \(later), and the reference exporter \(sample.number)"
    )
  }
  #expect(compared > 300, "\(compared)")
}
