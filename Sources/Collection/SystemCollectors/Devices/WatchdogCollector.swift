import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Watchdog timers, from /sys/class/watchdog.
struct WatchdogCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  private static let place = "class/watchdog"
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

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    let families = Self.table.families(in: &buffer)
    let info = buffer.family(
      "node_watchdog_info", .gauge, "What the watchdog is and does; the value is always 1.",
      labels: Self.labels)
    for name in list.names {
      Self.table.add(Self.place, name, families, &files, to: &buffer)
      files.addInfo(Self.place, name, Self.labels, named: "name", to: info, in: &buffer)
    }
  }
}
