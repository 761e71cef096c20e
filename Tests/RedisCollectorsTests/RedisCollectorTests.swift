import CollectorCore
import Concurrency
import ExpositionFormat
import RedisAccess
import RedisCollectors
import TestSupport
import Testing

/// One scrape of a server, without the runner's own metrics.
private func scrape(
  _ collector: some Collector, within budget: Duration = .seconds(60)
) async throws -> ExpositionText {
  var buffer = FamilyBuffer()
  buffer.beginScrape()
  try await collector.collect(into: &buffer, context: ScrapeContext(clock: .system, budget: budget))
  #expect(buffer.problems.total == 0, "\(buffer.problems)")
  return ExpositionText(buffer.render().text)
}

private func collector(_ url: String) throws -> (RedisServer, RedisCollector) {
  let server = RedisServer(try RedisSettings(parsing: url))
  return (server, RedisCollector(server))
}

@Suite struct RedisCollectorTests {
  @Test func aRealServerReportsEverything() async throws {
    let server = try await ThrowawayRedis.start(arguments: [
      "--slowlog-log-slower-than", "0", "--latency-monitor-threshold", "1",
      "--enable-debug-command", "yes",
    ])
    try await server.run("SET", "a", "b")
    _ = try? await server.run("LPUSH", "a", "b")
    try await server.run("DEBUG", "SLEEP", "0.01")
    let (watched, collector) = try collector(server.url)
    _ = try await scrape(collector)
    let shown = try await scrape(collector)
    #expect(shown.value("redis_up") == 1)
    #expect(shown.all("tocsin_redis_up_reason").map(\.labels) == [["reason": "ok"]])
    #expect(shown.value("redis_db_keys", ["db": "db0"]) == 1)
    #expect(shown.value("redis_commands_total", ["cmd": "set"]) == 1)
    #expect(shown.value("redis_slowlog_length") ?? 0 >= 1)
    #expect(shown.value("redis_exporter_scrapes_total") == 2)
    #expect(shown.value("redis_exporter_last_scrape_error", ["err": ""]) == 0)
    #expect(shown.strayLines.isEmpty)
    #expect(shown.value("redis_latency_spike_duration_seconds", ["event_name": "command"]) ?? 0 > 0)
    let buckets = shown.all("redis_commands_latencies_usec_bucket", ["cmd": "set"])
    #expect(buckets.count == 22)
    #expect(buckets.last?.labels["le"] == "+Inf" && buckets.last?.number == 1)
    #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.number <= $1.number })
    let health = await watched.health()
    #expect(health.isUp && health.version?.isEmpty == false)
  }

  @Test func namesTypesAndLabelsAreThoseOfTheReferenceExporter() async throws {
    guard let table = ReferenceTable("redis") else { return }
    let server = try await ThrowawayRedis.start(arguments: [
      "--appendonly", "yes", "--latency-monitor-threshold", "1",
      "--enable-debug-command", "yes",
    ])
    try await server.run("SET", "a", "b")
    _ = try? await server.run("LPUSH", "a", "b")
    try await server.run("DEBUG", "SLEEP", "0.01")
    let (_, collector) = try collector(server.url)
    let replica = try await ThrowawayRedis.start(arguments: [
      "--replicaof", "127.0.0.1", "\(server.port)",
    ])
    defer { withExtendedLifetime(replica) {} }
    try await eventually("the replica is connected") {
      try await scrape(collector).value("redis_connected_slaves") == 1
    }
    let shown = try await scrape(collector)
    // Excluded: metrics that need CONFIG GET, a permission that also reveals passwords, and the
    // reference exporter's own.
    let left = [
      "redis_config_client_output_buffer_limit_bytes", "redis_config_io_threads",
      "redis_config_client_output_buffer_limit_overcome_seconds", "redis_exporter_build_info",
      "redis_target_scrape_request_errors_total",
    ]
    let differences = table.differences(from: shown) { row in
      !row.name.hasPrefix("redis_") || left.contains(row.name)
    }
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
  }

  @Test func aServerThatIsDownIsReportedAsDown() async throws {
    let server = try await ThrowawayRedis.start()
    let (watched, collector) = try collector(server.url)
    #expect(try await scrape(collector).value("redis_up") == 1)
    try await server.stop()
    let down = try await scrape(collector)
    #expect(down.value("redis_up") == 0)
    #expect(down.value("tocsin_redis_up_reason", ["reason": "refused"]) == 1)
    #expect(down.all("redis_exporter_last_scrape_error").first?.number == 1)
    #expect(down.all("redis_connected_clients").isEmpty)
    #expect(await watched.health().reason == "refused")
    try await server.start()
    try await eventually("the server is seen again") {
      try await scrape(collector).value("redis_up") == 1
    }
  }

  @Test func aFrozenServerIsDownInTime() async throws {
    let server = try await ThrowawayRedis.start()
    let (_, collector) = try collector(server.url)
    #expect(try await scrape(collector).value("redis_up") == 1)
    server.pause()
    let frozen = try await scrape(collector, within: .milliseconds(300))
    #expect(frozen.value("redis_up") == 0)
    #expect(frozen.value("tocsin_redis_up_reason", ["reason": "timeout"]) == 1)
    server.resume()
    try await eventually("the server is seen again") {
      try await scrape(collector).value("redis_up") == 1
    }
  }

  @Test func theWrongPasswordIsAReason() async throws {
    let server = try await ThrowawayRedis.start(password: "right")
    let (watched, collector) = try collector("redis://:open-sesame@127.0.0.1:\(server.port)")
    let shown = try await scrape(collector)
    #expect(shown.value("redis_up") == 0)
    #expect(shown.value("tocsin_redis_up_reason", ["reason": "authentication"]) == 1)
    #expect(await watched.health().message?.contains("sesame") == false)
  }

  @Test func aUserWithInfoAloneIsEnough() async throws {
    let server = try await ThrowawayRedis.start()
    try await server.run("ACL", "SETUSER", "watcher", "on", ">pw", "-@all", "+info")
    let (_, collector) = try collector("redis://watcher:pw@127.0.0.1:\(server.port)")
    let shown = try await scrape(collector)
    #expect(shown.value("redis_up") == 1)
    #expect(shown.value("redis_connected_clients") ?? 0 >= 1)
    #expect(shown.types["redis_slowlog_length"] == nil)
  }

  @Test func aReplicaReportsItsPrimary() async throws {
    let primary = try await ThrowawayRedis.start()
    let replica = try await ThrowawayRedis.start(arguments: [
      "--replicaof", "127.0.0.1", "\(primary.port)",
    ])
    let (_, collector) = try collector(replica.url)
    let labels = ["master_host": "127.0.0.1", "master_port": "\(primary.port)"]
    try await eventually("the link is up") {
      try await scrape(collector).value("redis_master_link_up", labels) == 1
    }
    try await primary.stop()
    try await eventually("the link is down") {
      try await scrape(collector).value("redis_master_link_up", labels) == 0
    }
  }

  @Test func theStartDoesNotMove() async throws {
    let server = try await ThrowawayRedis.start(arguments: ["--enable-debug-command", "yes"])
    let (_, collector) = try collector(server.url)
    let first = try await scrape(collector).value("redis_start_time_seconds")
    try await server.run("DEBUG", "SLEEP", "0.6")
    #expect(first != nil)
    #expect(try await scrape(collector).value("redis_start_time_seconds") == first)
    #expect(try await scrape(collector).value("redis_exporter_scrapes_total") == 3)
  }

  @Test func severalServersDifferByALabel() async throws {
    let server = try await ThrowawayRedis.start()
    let watched = RedisServer(try RedisSettings(parsing: server.url))
    let down = RedisServer(try RedisSettings(parsing: "127.0.0.1:\(try FreePort.next())"))
    let alone = await CollectorRunner(RedisCollectors.scheduled(for: [watched]))
      .gather(within: .seconds(60))
    #expect(
      ExpositionText(String(decoding: alone.bytes, as: UTF8.self)).all("redis_up").map(\.labels)
        == [[:]])
    let both = await CollectorRunner(RedisCollectors.scheduled(for: [watched, down]))
      .gather(within: .seconds(60))
    let shown = ExpositionText(String(decoding: both.bytes, as: UTF8.self))
    #expect(shown.value("redis_up", ["server": watched.label]) == 1)
    #expect(shown.value("redis_up", ["server": down.label]) == 0)
  }
}
