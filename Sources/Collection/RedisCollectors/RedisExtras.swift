import ExpositionFormat
import MetricModel
import RedisAccess

/// Families from the replies to commands other than INFO.
enum RedisExtras {
  /// The answer to `SLOWLOG LEN`.
  static func writeSlowlogLength(_ reply: RedisReply, into buffer: inout FamilyBuffer) {
    guard let length = reply.integer else { return }
    buffer.gauge("redis_slowlog_length", "Entries of the slow log.", Double(length))
  }

  /// The answer to `SLOWLOG GET 1`: the last slow command, without its text.
  static func writeSlowlogEntry(_ reply: RedisReply, into buffer: inout FamilyBuffer) {
    guard let entries = reply.elements else { return }
    let entry = entries.first?.elements ?? []
    let id = entry.first?.integer ?? 0
    let microseconds = entry.count > 2 ? entry[2].integer ?? 0 : 0
    buffer.gauge("redis_slowlog_last_id", "Id of the last slow command.", Double(id))
    buffer.gauge(
      "redis_last_slow_execution_duration_seconds", "Seconds of the last slow command.",
      Double(microseconds) / 1e6)
  }

  /// The reply to `LATENCY LATEST`: event, time, milliseconds, and the maximum in milliseconds.
  static func writeLatencyEvents(_ reply: RedisReply, into buffer: inout FamilyBuffer) {
    let last = buffer.family(
      "redis_latency_spike_last", .gauge, "Unix time of the event's last spike.",
      labels: ["event_name"])
    let duration = buffer.family(
      "redis_latency_spike_duration_seconds", .gauge, "Seconds of the event's last spike.",
      labels: ["event_name"])
    for event in reply.elements ?? [] {
      guard let parts = event.elements, parts.count >= 3, let name = parts[0].text,
        let time = parts[1].integer, let milliseconds = parts[2].integer
      else { continue }
      buffer.add(Double(time), name, to: last)
      buffer.add(Double(milliseconds) / 1_000, name, to: duration)
    }
  }

  /// Upper bounds of the buckets: every power of two from 1 us to 1 s. Redis leaves out empty
  /// buckets, so that the set would change from scrape to scrape and `histogram_quantile` over a
  /// rate would be wrong.
  static let ladder = (0...20).map { Double(1 << $0) }

  /// The answer to `LATENCY HISTOGRAM`, from Redis 7.
  static func writeHistograms(
    _ reply: RedisReply, info: RedisInfo, into buffer: inout FamilyBuffer
  ) {
    buffer.family(
      "redis_commands_latencies_usec", .histogram, "Microseconds of a call.", labels: ["cmd"])
    let parts = reply.elements ?? []
    for position in stride(from: 0, to: parts.count - 1, by: 2).prefix(RedisSeriesLimits.commands) {
      guard let command = parts[position].text, let body = parts[position + 1].elements else {
        continue
      }
      let calls = value("calls", in: body)?.integer ?? 0
      let pairs = value("histogram_usec", in: body)?.elements ?? []
      let total = InfoAttributes(info["cmdstat_\(command)"] ?? "").number("usec") ?? 0
      buffer.addHistogram(
        buckets: buckets(pairs), sum: total, count: Double(calls), values: [command])
    }
  }

  private static func value(_ name: String, in body: [RedisReply]) -> RedisReply? {
    guard let position = body.firstIndex(where: { $0.text == name }), position + 1 < body.count
    else { return nil }
    return body[position + 1]
  }

  /// Redis' counts are cumulative; a bound that it left out has the count of the one below.
  private static func buckets(_ pairs: [RedisReply]) -> [(bound: Double, count: Double)] {
    let known = stride(from: 0, to: pairs.count - 1, by: 2).compactMap { position in
      if let bound = pairs[position].integer, let count = pairs[position + 1].integer {
        (bound: Double(bound), count: Double(count))
      } else {
        nil as (bound: Double, count: Double)?
      }
    }
    return ladder.map { bound in
      (bound, known.last { $0.bound <= bound }?.count ?? 0)
    }
  }

  /// The reply to `CLUSTER INFO`; its fields retain their names.
  static func writeCluster(_ reply: RedisReply, into buffer: inout FamilyBuffer) {
    for field in RedisInfo(parsing: reply.bytes ?? []).fields
    where field.key.hasPrefix("cluster_") && field.key != "cluster_enabled" {
      guard let number = field.number, NameRules.isMetricName("redis_" + field.key) else {
        continue
      }
      buffer.gauge("redis_" + field.key, "Field \(field.key) of CLUSTER INFO.", number)
    }
  }
}
