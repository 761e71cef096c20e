import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Controllers of control groups and how many groups each has, from /proc/cgroups.
struct CgroupSummaryCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("cgroups")
    let groups = buffer.family(
      "node_cgroups_cgroups", .gauge, "Groups of the controller.", labels: ["subsys_name"])
    let enabled = buffer.family(
      "node_cgroups_enabled", .gauge, "Whether the controller is on.", labels: ["subsys_name"])
    var lines = ByteScanner(file.span, file: "cgroups")
    while var line = lines.nextLine() {
      guard let name = line.nextField(), !name.starts(with: "#") else { continue }
      _ = try line.unsigned("the hierarchy")
      let count = try line.unsigned("the number of groups")
      let isOn = try line.unsigned("whether it is on")
      buffer.add(Double(count), name.text, to: groups)
      buffer.add(Double(isOn), name.text, to: enabled)
    }
  }
}
