import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The kernel's names, as `uname -a` shows them.
struct UnameCollector: Collector {
  /// Reads the names; tests replace it.
  var names: @Sendable () throws -> HostFacts.SystemNames = { try HostFacts.systemNames() }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let names = try names()
    buffer.family(
      "node_uname_info", .gauge, "The kernel's names; the value is always 1.",
      labels: ["domainname", "machine", "nodename", "release", "sysname", "version"])
    buffer.add(
      1,
      values: [
        names.domainname, names.machine, names.nodename, names.release, names.sysname,
        names.version,
      ])
  }
}
