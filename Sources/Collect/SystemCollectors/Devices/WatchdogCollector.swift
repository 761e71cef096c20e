import CollectorCore
import MetricModel

/// Watchdog timers, from /sys/class/watchdog.
struct WatchdogCollector: Collector {
  let proc: ProcRoot

  private static let table = DeviceTable(
    columns: [
      .init(
        "access_cs0", "node_watchdog_access_cs0", .gauge,
        "Whether it starts from the second firmware."),
      .init("bootstatus", "node_watchdog_bootstatus", .gauge, "Why the machine was started."),
      .init("fw_version", "node_watchdog_fw_version", .gauge, "Version of its firmware."),
      .init("nowayout", "node_watchdog_nowayout", .gauge, "Whether it cannot be stopped."),
      .init(
        "pretimeout", "node_watchdog_pretimeout_seconds", .gauge,
        "Seconds of warning before the time is up."),
      .init("timeleft", "node_watchdog_timeleft_seconds", .gauge, "Seconds left before a restart."),
      .init(
        "timeout", "node_watchdog_timeout_seconds", .gauge,
        "Seconds without a sign before a restart."),
    ], labels: ["name"])
  private static let labels = [
    "identity", "name", "options", "pretimeout_governor", "state", "status",
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let names = try proc.devices("class/watchdog")
    let families = Self.table.families(in: &buffer)
    let info = buffer.family(
      "node_watchdog_info", .gauge, "What the watchdog is and does; the value is always 1.",
      labels: Self.labels)
    for name in names {
      let directory = "class/watchdog/\(name)"
      Self.table.add(directory, [name], families, proc: proc, to: &buffer)
      let values = Self.labels.map {
        $0 == "name" ? name : proc.sysLine("\(directory)/\($0)") ?? ""
      }
      buffer.add(1, values: values, to: info)
    }
  }
}
