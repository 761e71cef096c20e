import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

@Test func valuesAreThoseOfDebiansExporter() async throws {
  let server = try await ThrowawayPostgres.start()
  try await server.run(
    """
    CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT generate_series(1, 1000);
    SELECT pg_create_physical_replication_slot('standby', true)
    """)
  let port = try FreePort.next()
  let peer = try ChildProcess.start(
    "prometheus-postgres-exporter", ["--web.listen-address=127.0.0.1:\(port)"],
    environment: ["DATA_SOURCE_NAME": "\(server.url)?sslmode=disable"])
  defer { peer.terminate() }
  try await peer.waitUntilAccepting(port: port)
  func page() async throws -> ExpositionText {
    let curl = try ChildProcess.start(
      "curl", ["--silent", "--noproxy", "*", "http://127.0.0.1:\(port)/metrics"])
    _ = try await curl.waitForExit()
    return ExpositionText(curl.output)
  }
  let (watched, fast) = try collector(server.url)
  try await waitUntil("the peer has logged in") {
    try await page().value("pg_up") == 1
  }
  let ours = try await scrape(fast)
  let sizes = try await slowScrape(watched)
  let theirs = try await page()
  var compared = 0
  for sample in theirs.samples where sample.name.hasPrefix("pg_") {
    var labels = sample.labels
    labels["server"] = nil
    guard let own = ours.value(sample.name, labels) ?? sizes.value(sample.name, labels) else {
      continue
    }
    compared += 1
    // What the two scrapes themselves do moves these.
    let moves =
      [
        "pg_stat_database_", "pg_stat_activity_", "pg_locks_", "pg_stat_bgwriter_", "pg_database_",
        "pg_replication_slots_",
      ]
      .contains { sample.name.hasPrefix($0) }
    let isOwn = [
      "pg_exporter_", "pg_scrape_", "pg_settings_extra_float_digits",
      "pg_stat_database_stats_reset",
    ].contains { sample.name.hasPrefix($0) }
    guard !isOwn else { continue }
    if moves {
      let tolerance = max(500, abs(sample.number) * 0.05)
      #expect(
        abs(own - sample.number) <= tolerance || sample.name.hasSuffix("_tup_returned")
          || sample.name.hasSuffix("_blks_hit") || sample.name.hasSuffix("_tup_fetched")
          || sample.name.contains("time") || sample.name.hasPrefix("pg_database_"),
        "\(sample.name) \(labels): \(own), and the peer \(sample.number)")
    } else {
      #expect(
        own == sample.number || sample.number.isNaN && own.isNaN,
        "\(sample.name) \(labels): \(own), and the peer \(sample.number)")
    }
  }
  #expect(compared > 300, "\(compared)")
}
