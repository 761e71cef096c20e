import ExpositionFormat
import MetricModel

extension RedisInfo {
  /// The lines whose key begins with a prefix, with the rest of the key as name.
  private func named(_ prefix: String) -> [(name: String, attributes: InfoAttributes)] {
    fields.lazy.filter { $0.key.hasPrefix(prefix) && $0.key.utf8.count > prefix.utf8.count }
      .prefix(RedisSeriesLimits.commands)
      .map { (String($0.key.dropFirst(prefix.count)), InfoAttributes($0.value)) }
  }

  func writeCommands(into buffer: inout FamilyBuffer) {
    let commands = named("cmdstat_")
    let families: [(attribute: String, name: String, help: String, factor: Double)] = [
      ("calls", "redis_commands_total", "Calls of the command.", 1),
      ("usec", "redis_commands_duration_seconds_total", "Seconds in the command.", 1e-6),
      (
        "rejected_calls", "redis_commands_rejected_calls_total",
        "Calls refused before the command ran.", 1
      ),
      ("failed_calls", "redis_commands_failed_calls_total", "Calls that failed.", 1),
    ]
    for family in families {
      buffer.family(family.name, .counter, family.help, labels: ["cmd"])
      for command in commands {
        guard let value = command.attributes.number(family.attribute) else { continue }
        buffer.add(family.factor == 1 ? value : value / 1e6, command.name)
      }
    }
  }

  /// Percentiles as redis_exporter names them, 50 to 99.9 rather than 0.5 to 0.999, and in
  /// microseconds.
  func writeLatencies(into buffer: inout FamilyBuffer) {
    buffer.family(
      "redis_latency_percentiles_usec", .summary, "Microseconds of a call, by percentile.",
      labels: ["cmd"])
    for command in named("latency_percentiles_usec_") {
      let quantiles = self["latency_percentiles_usec_\(command.name)"]?
        .split(separator: ",").compactMap { item -> (quantile: Double, value: Double)? in
          let pair = item.split(separator: "=", maxSplits: 1)
          guard pair.count == 2, pair[0].hasPrefix("p"), let quantile = Double(pair[0].dropFirst()),
            let value = Double(pair[1])
          else { return nil }
          return (quantile, value)
        }
      let totals = InfoAttributes(self["cmdstat_\(command.name)"] ?? "")
      buffer.addSummary(
        quantiles: quantiles ?? [], sum: totals.number("usec") ?? 0,
        count: totals.number("calls") ?? 0, values: [command.name])
    }
  }

  func writeErrors(into buffer: inout FamilyBuffer) {
    buffer.family("redis_errors_total", .counter, "Error replies by kind.", labels: ["err"])
    var other: Double?
    for (position, error) in named("errorstat_").enumerated() {
      guard let count = error.attributes.number("count") else { continue }
      if position < RedisSeriesLimits.errors {
        buffer.add(count, error.name)
      } else {
        other = (other ?? 0) + count
      }
    }
    if let other { buffer.add(other, "other") }
  }
}
