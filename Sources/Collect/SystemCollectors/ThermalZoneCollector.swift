import CollectorCore
import MetricModel

/// Temperatures, from /sys/class/thermal.
struct ThermalZoneCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let temperature = buffer.family(
      "node_thermal_zone_temp", .gauge, "Temperature in degrees Celsius.",
      labels: ["zone", "type"])
    let current = buffer.family(
      "node_cooling_device_cur_state", .gauge, "How hard the device cools.",
      labels: ["name", "type"])
    let maximum = buffer.family(
      "node_cooling_device_max_state", .gauge, "How hard the device can cool.",
      labels: ["name", "type"])
    for name in try proc.sysNames("class/thermal") {
      let directory = "class/thermal/\(name)"
      guard let type = proc.sysLine("\(directory)/type") else { continue }
      if name.hasPrefix("thermal_zone") {
        // Drivers answer EAGAIN or nonsense at times: then there is no reading.
        guard let value = number("\(directory)/temp") else { continue }
        let zone = String(name.dropFirst("thermal_zone".count))
        buffer.add(Double(value) / 1000, zone, type, to: temperature)
      } else if name.hasPrefix("cooling_device") {
        let device = String(name.dropFirst("cooling_device".count))
        if let value = number("\(directory)/cur_state") {
          buffer.add(Double(value), device, type, to: current)
        }
        if let value = number("\(directory)/max_state") {
          buffer.add(Double(value), device, type, to: maximum)
        }
      }
    }
  }

  private func number(_ path: String) -> Int64? {
    proc.sysLine(path).flatMap { Int64($0) }
  }
}
