package import CollectorCore
package import PatternMatching

/// What the system collectors are made from: where the kernel's files are, and what to leave out.
package struct SystemContext: Sendable {
  /// Where the kernel's files are.
  package var proc: ProcRoot
  /// Block devices that are left out.
  package var excludedDisks: RegularExpression
  /// Mount points that are left out.
  package var excludedMountPoints: RegularExpression
  /// Types of file systems that are left out.
  package var excludedFileSystemTypes: RegularExpression
  /// Network devices that are left out; nil leaves out none.
  package var excludedNetworkDevices: RegularExpression?
  /// Fields of /proc/vmstat that are shown.
  package var vmstatFields: RegularExpression
  /// Fields of /proc/net/netstat, snmp and snmp6 that are shown.
  package var netstatFields: RegularExpression
  /// How long to wait for a mount before it counts as stuck.
  package var mountTimeout: Duration = .seconds(5)
  /// Where calls run that may hang.
  package var blockingWorker: BlockingWorker

  /// Makes the context with node_exporter's defaults.
  package init(
    proc: ProcRoot = ProcRoot(), blockingWorker: BlockingWorker = BlockingWorker()
  ) throws(PatternError) {
    self.proc = proc
    self.blockingWorker = blockingWorker
    excludedDisks = try RegularExpression(Self.defaultExcludedDisks, anchoring: .anywhere)
    excludedMountPoints = try RegularExpression(
      Self.defaultExcludedMountPoints, anchoring: .anywhere)
    excludedFileSystemTypes = try RegularExpression(
      Self.defaultExcludedFileSystemTypes, anchoring: .anywhere)
    vmstatFields = try RegularExpression(Self.defaultVMStatFields, anchoring: .anywhere)
    netstatFields = try RegularExpression(Self.defaultNetstatFields, anchoring: .anywhere)
  }

  /// Partitions and memory disks.
  package static let defaultExcludedDisks =
    #"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$"#
  /// The kernel's own mounts and those of containers.
  package static let defaultExcludedMountPoints =
    #"^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)"#
  /// Types that hold no data of users.
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
