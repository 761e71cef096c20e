package import CollectorCore

/// The registry of the system collectors.
package enum SystemCollectors {
  /// All collectors of this module, by the names that node_exporter gives them.
  package static let all: [CollectorEntry<SystemContext>] = enabled + optional + last

  /// Enabled by default.
  private static let enabled: [CollectorEntry<SystemContext>] = [
    CollectorEntry("arp") { ARPCollector($0) },
    CollectorEntry("bonding") { GuardedCollector(BondingCollector(proc: $0.proc)) },
    CollectorEntry("btrfs") { GuardedCollector(BtrfsCollector(proc: $0.proc)) },
    CollectorEntry("cgroup") { GuardedCollector(ControlGroupCollector($0)) },
    CollectorEntry("conntrack") { ConntrackCollector(proc: $0.proc) },
    CollectorEntry("cpu") { GuardedCollector(CPUCollector($0)) },
    CollectorEntry("cpufreq") { GuardedCollector(CPUFrequencyCollector(proc: $0.proc)) },
    CollectorEntry("diskstats") { GuardedCollector(DiskStatsCollector($0)) },
    CollectorEntry("dmi") { GuardedCollector(DMICollector(proc: $0.proc)) },
    CollectorEntry("edac") { GuardedCollector(EDACCollector(proc: $0.proc)) },
    CollectorEntry("entropy") { EntropyCollector(proc: $0.proc) },
    CollectorEntry("fibrechannel") { GuardedCollector(FibreChannelCollector(proc: $0.proc)) },
    CollectorEntry("filefd") { FileDescriptorCollector(proc: $0.proc) },
    CollectorEntry("filesystem") { FileSystemCollector($0) },
    CollectorEntry("hwmon") { GuardedCollector(HardwareMonitorCollector($0)) },
    CollectorEntry("infiniband") { GuardedCollector(InfiniBandCollector($0)) },
    CollectorEntry("ipvs") { IPVSCollector($0) },
    CollectorEntry("kernel_hung") { KernelHungCollector(proc: $0.proc) },
    CollectorEntry("loadavg") { LoadAverageCollector(proc: $0.proc) },
    CollectorEntry("mdadm") { GuardedCollector(MDCollector(proc: $0.proc)) },
    CollectorEntry("meminfo") { MemoryCollector(proc: $0.proc) },
    CollectorEntry("netclass") { GuardedCollector(NetworkClassCollector($0)) },
    CollectorEntry("netdev") { GuardedCollector(NetworkDeviceCollector($0)) },
    CollectorEntry("netstat") { NetstatCollector($0) },
    CollectorEntry("nfs") { NFSCollector(proc: $0.proc) },
    CollectorEntry("nfsd") { NFSServerCollector(proc: $0.proc) },
    CollectorEntry("nvme") { GuardedCollector(NVMeCollector(proc: $0.proc)) },
    CollectorEntry("os") { GuardedCollector(OSReleaseCollector(proc: $0.proc)) },
    CollectorEntry("powersupplyclass") { GuardedCollector(PowerSupplyCollector($0)) },
    CollectorEntry("pressure") { PressureCollector(proc: $0.proc) },
    CollectorEntry("rapl") { GuardedCollector(RAPLCollector($0)) },
    CollectorEntry("schedstat") { SchedulerCollector(proc: $0.proc) },
    CollectorEntry("selinux") { GuardedCollector(SELinuxCollector(proc: $0.proc)) },
    CollectorEntry("sockstat") { GuardedCollector(SocketStatCollector(proc: $0.proc)) },
    CollectorEntry("softnet") { SoftnetCollector(proc: $0.proc) },
    CollectorEntry("stat") { StatCollector($0) },
    CollectorEntry("tapestats") { GuardedCollector(TapeCollector($0)) },
    CollectorEntry("thermal_zone") { GuardedCollector(ThermalZoneCollector(proc: $0.proc)) },
    CollectorEntry("time") { TimeCollector(proc: $0.proc) },
    CollectorEntry("timex") { _ in TimexCollector() },
    CollectorEntry("udp_queues") { UDPQueueCollector(proc: $0.proc) },
    CollectorEntry("uname") { _ in UnameCollector() },
    CollectorEntry("vmstat") { VMStatCollector($0) },
    CollectorEntry("watchdog") { GuardedCollector(WatchdogCollector(proc: $0.proc)) },
    CollectorEntry("xfs") { GuardedCollector(XFSCollector(proc: $0.proc)) },
    CollectorEntry("zfs") { ZFSCollector(proc: $0.proc) },
  ]

  /// Disabled by default: costly, or many series.
  private static let optional: [CollectorEntry<SystemContext>] = [
    CollectorEntry("buddyinfo", .disabledByDefault) { BuddyInfoCollector(proc: $0.proc) },
    CollectorEntry("cgroups", .disabledByDefault) { CgroupSummaryCollector(proc: $0.proc) },
    CollectorEntry("ethtool", .disabledByDefault) { EthernetCollector($0) },
    CollectorEntry("interrupts", .disabledByDefault) { InterruptsCollector($0) },
    CollectorEntry("meminfo_numa", .disabledByDefault) {
      GuardedCollector(NUMAMemoryCollector(proc: $0.proc))
    },
    CollectorEntry("mountstats", .disabledByDefault) { MountStatsCollector(proc: $0.proc) },
    CollectorEntry("network_route", .disabledByDefault) { _ in RouteCollector() },
    CollectorEntry("processes", .disabledByDefault) { ProcessCountCollector(proc: $0.proc) },
    CollectorEntry("slabinfo", .disabledByDefault) { SlabCollector($0) },
    CollectorEntry("softirqs", .disabledByDefault) { SoftInterruptsCollector(proc: $0.proc) },
    CollectorEntry("sysctl", .disabledByDefault) { KernelParameterCollector($0) },
    CollectorEntry("tcpstat", .disabledByDefault) { TCPStateCollector(proc: $0.proc) },
  ]

  /// Collectors of metrics from files. The first of two collectors with the same series wins, so
  /// these come last.
  private static let last: [CollectorEntry<SystemContext>] = [
    CollectorEntry("textfile") { TextfileCollector($0) }
  ]

  /// Makes the collectors that are on by default, or that `isEnabled` turns on, for a runner: in
  /// one execution group, with node_exporter's scrape metrics.
  package static func scheduled(
    _ context: SystemContext,
    isEnabled: (CollectorEntry<SystemContext>) -> Bool = { $0.isEnabledByDefault }
  ) throws -> [ScheduledCollector] {
    try all.filter(isEnabled).map { entry in
      var scheduled = ScheduledCollector(entry.name, try entry.make(context))
      scheduled.execution = .sequential("system")
      scheduled.referencePrefix = "node"
      return scheduled
    }
  }
}
