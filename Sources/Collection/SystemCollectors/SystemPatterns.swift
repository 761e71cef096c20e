package import PatternMatching

/// The patterns that select what the system collectors expose, with node_exporter's defaults.
package struct SystemPatterns: Sendable {
  /// Block devices.
  package var disks: NameFilter
  /// Mount points.
  package var mountPoints: NameFilter
  /// Types of file systems.
  package var fileSystemTypes: NameFilter
  /// Network devices of the collector `netdev`.
  package var networkDevices = NameFilter()
  /// Network devices of the collector `netclass`.
  package var networkClassDevices = NameFilter()
  /// Network devices of the collector `arp`.
  package var neighbourDevices = NameFilter()
  /// Network devices of the collector `ethtool`.
  package var ethernetDevices = NameFilter()
  /// Exposed counters of network drivers.
  package var ethernetCounters: RegularExpression
  /// InfiniBand adapters.
  package var infiniBandDevices = NameFilter()
  /// Exposed flags of the first processor; nil exposes none.
  package var processorFlags: RegularExpression?
  /// Exposed bugs of the first processor; nil exposes none.
  package var processorBugs: RegularExpression?
  /// Chips of hardware monitors.
  package var hardwareChips = NameFilter()
  /// Sensors of hardware monitors, as `chip;sensor`.
  package var hardwareSensors = NameFilter()
  /// Interrupts, as `name;info;devices`.
  package var interrupts = NameFilter()
  /// Caches of the kernel's allocator.
  package var slabs = NameFilter()
  /// Control groups, by unit or container.
  package var controlGroups = NameFilter()
  /// Power supplies that are left out; nil leaves out none.
  package var ignoredPowerSupplies: RegularExpression?
  /// Tape drives that are left out; nil leaves out none.
  package var ignoredTapes: RegularExpression?
  /// Exposed fields of /proc/vmstat.
  package var vmstatFields: RegularExpression
  /// Exposed fields of /proc/net/netstat, snmp and snmp6.
  package var netstatFields: RegularExpression

  /// Makes the defaults.
  package init() throws(PatternError) {
    disks = NameFilter(exclude: try Self.pattern(Self.defaultExcludedDisks))
    mountPoints = NameFilter(exclude: try Self.pattern(Self.defaultExcludedMountPoints))
    fileSystemTypes = NameFilter(exclude: try Self.pattern(Self.defaultExcludedFileSystemTypes))
    ethernetCounters = try Self.pattern(".*")
    vmstatFields = try Self.pattern(Self.defaultVMStatFields)
    netstatFields = try Self.pattern(Self.defaultNetstatFields)
  }

  /// Compiles a pattern that may match anywhere in a name.
  package static func pattern(_ text: String) throws(PatternError) -> RegularExpression {
    try RegularExpression(text, anchoring: .anywhere)
  }

  /// Partitions and memory disks.
  package static let defaultExcludedDisks =
    #"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$"#
  /// The kernel's own mounts and those of containers.
  package static let defaultExcludedMountPoints =
    #"^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)"#
  /// Types of file systems without user data.
  package static let defaultExcludedFileSystemTypes =
    "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660"
    + "|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs"
    + "|sysfs|tracefs)$"
  /// Paging, swapping, faults and killed processes.
  package static let defaultVMStatFields = "^(oom_kill|pgpg|pswp|pg.*fault).*"
  /// Errors, traffic and connections.
  package static let defaultNetstatFields =
    "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)"
    + "|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)"
    + "|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)"
    + "|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$"
}
