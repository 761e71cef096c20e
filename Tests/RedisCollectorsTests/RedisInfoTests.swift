import CollectorCore
import ExpositionFormat
import Foundation
import RedisCollectors
import TestSupport
import Testing

private func shown(_ text: [UInt8], startTime: Double? = nil) -> (ExpositionText, String) {
  var buffer = FamilyBuffer()
  buffer.beginScrape()
  RedisInfo(parsing: text).write(into: &buffer, startTime: startTime)
  #expect(buffer.problems.malformed == 0)
  let text = buffer.render().text
  return (ExpositionText(text), text)
}

private func fixture(_ name: String, file: String = #filePath) throws -> [UInt8] {
  let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
  return Array(try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name)")))
}

@Test(arguments: ["info-6.2", "info-7.0"])
func wholeTextsAreGolden(name: String) throws {
  let (_, text) = shown(try fixture("\(name).txt"), startTime: 1_700_000_000)
  let golden = String(decoding: try fixture("\(name).prom"), as: UTF8.self)
  // To accept a change: TOCSIN_UPDATE_GOLDEN=1 swift test --filter wholeTextsAreGolden
  if ProcessInfo.processInfo.environment["TOCSIN_UPDATE_GOLDEN"] != nil {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    try Data(text.utf8).write(to: folder.appendingPathComponent("Fixtures/\(name).prom"))
  }
  #expect(text == golden)
}

@Test func redis7() throws {
  let (shown, _) = shown(try fixture("info-7.0.txt"), startTime: 1_700_000_000)
  #expect(shown.value("redis_memory_used_bytes") == 1_113_928)
  #expect(shown.value("redis_latest_fork_seconds") == 0.0015)
  #expect(shown.value("redis_rdb_last_bgsave_status") == 1)
  #expect(shown.value("redis_db_keys", ["db": "db15"]) == 1)
  #expect(shown.value("redis_db_avg_ttl_seconds", ["db": "db0"]) == 2.5)
  #expect(shown.value("redis_commands_total", ["cmd": "config|get"]) == 1)
  #expect(shown.value("redis_commands_duration_seconds_total", ["cmd": "set"]) == 9e-6)
  #expect(
    shown.value("redis_latency_percentiles_usec", ["cmd": "set", "quantile": "99.9"]) == 9.023)
  #expect(shown.value("redis_latency_percentiles_usec_count", ["cmd": "set"]) == 1)
  #expect(shown.value("redis_errors_total", ["err": "ERR"]) == 3)
  let slave = ["slave_ip": "10.0.0.2", "slave_port": "6379", "slave_state": "online"]
  #expect(shown.value("redis_connected_slave_offset_bytes", slave) == 5_600)
  #expect(shown.value("redis_connected_slave_lag_seconds", slave) == 1)
  #expect(shown.value("redis_config_maxclients") == 10_000)
  #expect(shown.value("redis_start_time_seconds") == 1_700_000_000)
  let instance = try #require(shown.all("redis_instance_info").first).labels
  #expect(instance["role"] == "master" && instance["redis_version"] == "7.0.15")
  #expect(instance["os"] == "Linux 6.1.0 x86_64" && instance["valkey_version"] == nil)
}

@Test func redis6OnAReplica() throws {
  let (shown, _) = shown(try fixture("info-6.2.txt"))
  let primary = ["master_host": "10.0.0.1", "master_port": "6379"]
  #expect(shown.value("redis_master_link_up", primary) == 0)
  #expect(shown.value("redis_master_last_io_seconds_ago", primary) == -1)
  #expect(shown.value("redis_master_sync_in_progress", primary) == 1)
  #expect(shown.value("redis_slave_repl_offset", primary) == 4_000)
  #expect(shown.value("redis_slave_info", primary.merging(["read_only": "1"]) { $1 }) == 1)
  #expect(shown.value("redis_rdb_last_bgsave_status") == 0)
  #expect(shown.value("redis_aof_rewrite_buffer_length") == 7)
  #expect(shown.types["redis_latency_percentiles_usec"] == nil)
  #expect(shown.types["redis_start_time_seconds"] == nil)
}

@Test(
  arguments: [
    // Before 6.2 a command has three attributes only.
    ("cmdstat_get:calls=2,usec=5,usec_per_call=2.50", "redis_commands_total", 2.0),
    // Redis 7.4 added a field where the reference exporter expects another one.
    ("db0:keys=9,expires=1,avg_ttl=1000,subexpiry=4", "redis_db_keys", 9),
    ("db0:avg_ttl=1000,keys=9", "redis_db_avg_ttl_seconds", 1),
    ("loading:1", "redis_loading_dump_file", 1),
    ("aof_last_write_status:err", "redis_aof_last_write_status", 0),
    ("used_cpu_sys:1.25", "redis_cpu_sys_seconds_total", 1.25),
    ("errorstat_x:y:count=4", "redis_errors_total", nil),
    ("# Memory\r\nused_memory:1\r\n\r\n", "redis_memory_used_bytes", 1),
    ("used_memory:1\nused_memory_rss:2", "redis_memory_used_rss_bytes", 2),
    ("used_memory", "redis_memory_used_bytes", nil), (":5", "redis_", nil), ("", "redis_hz", nil),
    ("used_memory:lots", "redis_memory_used_bytes", nil),
    ("slave0:rubbish", "redis_connected_slave_lag_seconds", nil),
    ("db:keys=1", "redis_db_keys", nil), ("dbx:keys=1", "redis_db_keys", nil),
    ("db0:keys=1,keys,=,", "redis_db_keys", 1),
  ] as [(String, String, Double?)])
func oddLinesAreReadOrLeftOut(line: String, metric: String, value: Double?) {
  let (shown, _) = shown(Array(line.utf8))
  #expect(shown.value(metric) == value)
  #expect(shown.strayLines.isEmpty)
}

@Test func bytesThatAreNoTextDoNoHarm() {
  let bytes: [UInt8] = Array("os:".utf8) + [0xff, 0xfe, 0, 0x22, 0x5c] + Array("\r\nhz:10".utf8)
  let (shown, _) = shown(bytes)
  #expect(shown.value("redis_hz") == 10)
  #expect(shown.all("redis_instance_info").first?.labels["os"]?.hasPrefix("\u{fffd}") == true)
}

@Test func kindsOfErrorsAreCapped() {
  let lines = (0..<200).map { "errorstat_E\($0):count=1" }.joined(separator: "\r\n")
  let (shown, _) = shown(Array(lines.utf8))
  #expect(shown.all("redis_errors_total").count == RedisSeriesLimits.errors + 1)
  let other = Double(200 - RedisSeriesLimits.errors)
  #expect(shown.value("redis_errors_total", ["err": "other"]) == other)
}
