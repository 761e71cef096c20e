import CollectorCore

/// Whether SELinux is on, and whether it enforces.
struct SELinuxCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let enforce = proc.sysLine("fs/selinux/enforce")
    buffer.gauge("node_selinux_enabled", "Whether SELinux is on.", enforce == nil ? 0 : 1)
    guard let enforce else { return }
    buffer.gauge(
      "node_selinux_current_mode", "1 if SELinux enforces, 0 if it only warns.",
      enforce == "1" ? 1 : 0)
  }
}
