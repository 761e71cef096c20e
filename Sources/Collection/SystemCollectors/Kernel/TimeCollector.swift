import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The machine's time, its zone and its clock sources.
struct TimeCollector: Collector {
  let proc: ProcRoot
  /// The local time zone at a moment; tests replace it.
  var zone: @Sendable (Int64) -> (offset: Int, name: String) = { HostFacts.timeZone(at: $0) }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let now = context.wallTime
    buffer.gauge("node_time_seconds", "The machine's time, in Unix time.", now.seconds)
    let zone = zone(now.rawValue / 1000)
    buffer.family(
      "node_time_zone_offset_seconds", .gauge, "Offset of the local time zone, east of UTC.",
      labels: ["time_zone"])
    buffer.add(Double(zone.offset), zone.name)
    try addClockSources(to: &buffer)
  }

  private func addClockSources(to buffer: inout FamilyBuffer) throws {
    let base = "devices/system/clocksource"
    let available = buffer.family(
      "node_time_clocksource_available_info", .gauge, "Clock sources that the kernel could use.",
      labels: ["device", "clocksource"])
    let current = buffer.family(
      "node_time_clocksource_current_info", .gauge, "The clock source that the kernel uses.",
      labels: ["device", "clocksource"])
    for name in try proc.sysNames(base) where name.hasPrefix("clocksource") {
      let device = String(name.dropFirst("clocksource".count))
      for source in (proc.sysLine("\(base)/\(name)/available_clocksource") ?? "").split(
        separator: " ")
      {
        buffer.add(1, device, String(source), to: available)
      }
      if let source = proc.sysLine("\(base)/\(name)/current_clocksource"), !source.isEmpty {
        buffer.add(1, device, source, to: current)
      }
    }
  }
}
