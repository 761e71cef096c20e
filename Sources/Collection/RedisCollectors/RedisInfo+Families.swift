package import ExpositionFormat
import MetricModel

extension RedisInfo {
  /// Writes all fields; `startTime` is the Unix time of the server's start.
  package func write(into buffer: inout FamilyBuffer, startTime: Double?) {
    writePlainFields(into: &buffer)
    writeInstance(into: &buffer)
    if let startTime {
      buffer.gauge("redis_start_time_seconds", "Unix time of the server's start.", startTime)
    }
    writeLimits(into: &buffer)
    writeDatabases(into: &buffer)
    writeReplicas(into: &buffer)
    writePrimary(into: &buffer)
    writeCommands(into: &buffer)
    writeLatencies(into: &buffer)
    writeErrors(into: &buffer)
  }

  private func writePlainFields(into buffer: inout FamilyBuffer) {
    for field in fields {
      guard let metric = InfoMetric.byField[field.key], let number = field.number else { continue }
      buffer.family(metric.name, metric.type, metric.help)
      buffer.add(number * metric.factor)
    }
  }

  /// Two settings that INFO contains: reading them with CONFIG GET would need a permission that
  /// also reveals passwords.
  private func writeLimits(into buffer: inout FamilyBuffer) {
    for name in ["maxclients", "maxmemory"] {
      guard let value = number(name) else { continue }
      buffer.gauge("redis_config_\(name)", "Configured \(name).", value)
    }
  }

  private func writeInstance(into buffer: inout FamilyBuffer) {
    var labels = [
      "role", "redis_version", "redis_build_id", "redis_mode", "os", "maxmemory_policy",
      "tcp_port", "run_id", "process_id", "master_replid",
    ]
    if self["valkey_version"] != nil { labels += ["valkey_version", "valkey_release_stage"] }
    buffer.family("redis_instance_info", .gauge, "What the server is.", labels: labels)
    buffer.add(1, values: labels.map { self[$0] ?? "" })
    guard let host = self["master_host"] else { return }
    buffer.family(
      "redis_slave_info", .gauge, "Which primary the replica follows.",
      labels: ["master_host", "master_port", "read_only"])
    buffer.add(1, host, self["master_port"] ?? "", self["slave_read_only"] ?? "")
  }

  private func writeDatabases(into buffer: inout FamilyBuffer) {
    let databases = fields.filter {
      $0.key.hasPrefix("db") && !$0.key.dropFirst(2).isEmpty
        && $0.key.dropFirst(2).allSatisfy(\.isNumber)
    }.map { (name: $0.key, attributes: InfoAttributes($0.value)) }
    let families: [(attribute: String, name: String, help: String, factor: Double)] = [
      ("keys", "redis_db_keys", "Keys of the database.", 1),
      ("expires", "redis_db_keys_expiring", "Keys of the database that expire.", 1),
      (
        "avg_ttl", "redis_db_avg_ttl_seconds", "Average time to live of the keys that expire.", 1e-3
      ),
      ("cached_keys", "redis_db_keys_cached", "Keys of the database that are cached.", 1),
    ]
    for family in families {
      buffer.family(family.name, .gauge, family.help, labels: ["db"])
      for database in databases {
        guard let value = database.attributes.number(family.attribute) else { continue }
        buffer.add(value * family.factor, database.name)
      }
    }
  }

  private func writeReplicas(into buffer: inout FamilyBuffer) {
    let names = ["slave_ip", "slave_port", "slave_state"]
    let offset = buffer.family(
      "redis_connected_slave_offset_bytes", .gauge, "Offset that the replica has.", labels: names)
    let lag = buffer.family(
      "redis_connected_slave_lag_seconds", .gauge, "Seconds since the replica was last heard.",
      labels: names)
    for field in fields where field.key.hasPrefix("slave") {
      let number = field.key.dropFirst(5)
      guard !number.isEmpty, number.allSatisfy(\.isNumber) else { continue }
      let replica = InfoAttributes(field.value)
      let labels = ["ip", "port", "state"].map { replica[$0] ?? "" }
      if let value = replica.number("offset") { buffer.add(value, values: labels, to: offset) }
      if let value = replica.number("lag") { buffer.add(value, values: labels, to: lag) }
    }
  }

  private func writePrimary(into buffer: inout FamilyBuffer) {
    guard let host = self["master_host"] else { return }
    let families: [(name: String, help: String, value: Double?)] = [
      (
        "redis_master_link_up", "Whether the link to the primary is up.",
        self["master_link_status"].map { $0 == "up" ? 1 : 0 }
      ),
      (
        "redis_master_last_io_seconds_ago", "Seconds since the primary was last heard.",
        number("master_last_io_seconds_ago")
      ),
      (
        "redis_master_sync_in_progress", "Whether the primary sends its data set.",
        number("master_sync_in_progress")
      ),
      ("redis_slave_repl_offset", "Offset that this replica has.", number("slave_repl_offset")),
    ]
    for family in families {
      guard let value = family.value else { continue }
      buffer.family(family.name, .gauge, family.help, labels: ["master_host", "master_port"])
      buffer.add(value, host, self["master_port"] ?? "")
    }
  }
}
