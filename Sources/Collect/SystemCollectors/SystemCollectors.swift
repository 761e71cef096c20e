package import CollectorCore

/// The registry of the system collectors.
package enum SystemCollectors {
  /// All collectors of this room, by the names that node_exporter gives them.
  package static let all: [CollectorEntry<SystemContext>] = [
    CollectorEntry("arp") { ARPCollector(proc: $0.proc) },
    CollectorEntry("conntrack") { ConntrackCollector(proc: $0.proc) },
    CollectorEntry("cpu") { CPUCollector(proc: $0.proc) },
    CollectorEntry("cpufreq") { CPUFrequencyCollector(proc: $0.proc) },
    CollectorEntry("diskstats") { DiskStatsCollector($0) },
    CollectorEntry("dmi") { DMICollector(proc: $0.proc) },
    CollectorEntry("entropy") { EntropyCollector(proc: $0.proc) },
    CollectorEntry("filefd") { FileDescriptorCollector(proc: $0.proc) },
    CollectorEntry("filesystem") { FileSystemCollector($0) },
    CollectorEntry("loadavg") { LoadAverageCollector(proc: $0.proc) },
    CollectorEntry("meminfo") { MemoryCollector(proc: $0.proc) },
    CollectorEntry("netclass") { NetworkClassCollector($0) },
    CollectorEntry("netdev") { NetworkDeviceCollector($0) },
    CollectorEntry("netstat") { NetstatCollector($0) },
    CollectorEntry("os") { OSReleaseCollector(proc: $0.proc) },
    CollectorEntry("pressure") { PressureCollector(proc: $0.proc) },
    CollectorEntry("schedstat") { SchedulerCollector(proc: $0.proc) },
    CollectorEntry("selinux") { SELinuxCollector(proc: $0.proc) },
    CollectorEntry("sockstat") { SocketStatCollector(proc: $0.proc) },
    CollectorEntry("softnet") { SoftnetCollector(proc: $0.proc) },
    CollectorEntry("stat") { StatCollector(proc: $0.proc) },
    CollectorEntry("thermal_zone") { ThermalZoneCollector(proc: $0.proc) },
    CollectorEntry("time") { TimeCollector(proc: $0.proc) },
    CollectorEntry("timex") { _ in TimexCollector() },
    CollectorEntry("udp_queues") { UDPQueueCollector(proc: $0.proc) },
    CollectorEntry("uname") { _ in UnameCollector() },
    CollectorEntry("vmstat") { VMStatCollector($0) },
  ]

  /// Makes the collectors that are on by default, or that `isEnabled` decides to turn on, ready for a
  /// runner: one after another on one thread, with node_exporter's scrape metrics.
  package static func scheduled(
    _ context: SystemContext,
    isEnabled: (CollectorEntry<SystemContext>) -> Bool = { $0.isEnabledByDefault }
  ) throws -> [ScheduledCollector] {
    try all.filter(isEnabled).map { entry in
      var scheduled = ScheduledCollector(entry.name, try entry.make(context))
      scheduled.crew = .sequential("system")
      scheduled.peerPrefix = "node"
      return scheduled
    }
  }
}
