import CollectorCore
import MetricModel
import PatternMatching

/// A setting of a system collector, named like node_exporter's flag after `--collector.`.
package struct SystemOption: Sendable {
  /// The name: `filesystem.mount-points-exclude`.
  package let name: String
  /// Whether it is a switch, which is on if it is given without a value.
  package let isSwitch: Bool
  /// Whether it may be given several times; otherwise the last one counts.
  package let isRepeatable: Bool
  /// The description in one line.
  package let help: String
  private let apply: @Sendable (inout SystemContext, String) throws -> Void

  private init(
    _ name: String, isSwitch: Bool = false, isRepeatable: Bool = false, _ help: String,
    apply: @escaping @Sendable (inout SystemContext, String) throws -> Void
  ) {
    self.name = name
    self.isSwitch = isSwitch
    self.isRepeatable = isRepeatable
    self.help = help
    self.apply = apply
  }

  /// Sets the option.
  ///
  /// - Throws: An error with the name of the option if the value is not valid.
  package func set(_ value: String, in context: inout SystemContext) throws(SystemOptionError) {
    do {
      try apply(&context, value)
    } catch {
      throw SystemOptionError(option: name, reason: "\(error)")
    }
  }

  /// The option of that name.
  package static func named(_ name: String) throws(SystemOptionError) -> SystemOption {
    let current = formerNames[name] ?? name
    guard let option = all.first(where: { $0.name == current }) else {
      throw SystemOptionError(
        option: name,
        reason: "there is no such option; there are "
          + all.map(\.name).joined(separator: ", "))
    }
    return option
  }

  /// All of them.
  package static let all: [SystemOption] =
    filters("arp.device", "network devices", \.neighbourDevices)
    + [unneeded("arp.netlink"), unneeded("netclass.netlink"), unneeded("netdev.netlink")]
    + filters("cgroup.unit", "systemd units and containers", \.controlGroups)
    + [toggle("cpu.guest", "Time in guests for each processor; on by default.", \.showsGuestTime)]
    + [
      toggle("cpu.info", "Model and clock rate of each processor.", \.showsProcessorInformation),
      pattern("cpu.info.flags-include", "Only these flags of the first processor are shown.") {
        $0.processorFlags = $1
      },
      pattern("cpu.info.bugs-include", "Only these bugs of the first processor are shown.") {
        $0.processorBugs = $1
      },
    ]
    + filters("diskstats.device", "block devices", \.disks)
    + filters("filesystem.mount-points", "mount points", \.mountPoints)
    + filters("filesystem.fs-types", "types of file systems", \.fileSystemTypes)
    + [mountTimeout, mountWorkers] + filters("ethtool.device", "network devices", \.ethernetDevices)
    + [
      pattern("ethtool.metrics-include", "Only these counters of network drivers are shown.") {
        $0.ethernetCounters = $1
      }
    ] + filters("hwmon.chip", "chips", \.hardwareChips)
    + filters("hwmon.sensor", "sensors, as chip;sensor", \.hardwareSensors)
    + filters("infiniband.device", "InfiniBand adapters", \.infiniBandDevices)
    + [backendLabels]
    + filters("interrupts.name", "interrupts, as name;info;devices", \.interrupts)
    + [
      toggle(
        "interrupts.include-zeros", "Interrupts that never came; on by default.",
        \.showsZeroInterrupts),
      pattern("netclass.ignored-devices", "Network devices that netclass leaves out.") {
        $0.networkClassDevices.exclude = $1
      },
      toggle(
        "netclass.ignore-invalid-speed", "No speed where it is unknown, rather than -125000.",
        \.ignoresInvalidSpeed),
    ] + filters("netdev.device", "network devices", \.networkDevices)
    + [
      toggle("netdev.address-info", "Addresses of network devices.", \.showsNetworkAddresses),
      toggle(
        "netdev.enable-detailed-metrics", "Traffic under names that distinguish kinds of errors.",
        \.detailsNetworkTraffic),
      toggle(
        "netdev.label-ifalias", "The alias of a network device as a label.",
        \.labelsNetworkAliases),
      pattern("netstat.fields", "Fields of the network stack that are shown.") {
        $0.netstatFields = $1
      },
      pattern("powersupply.ignored-supplies", "Power supplies that are left out.") {
        $0.ignoredPowerSupplies = $1
      },
      toggle("rapl.enable-zone-label", "Energy zones as a label.", \.labelsEnergyZones),
    ] + filters("slabinfo.slabs", "caches of the kernel's allocator", \.slabs)
    + [
      toggle("stat.softirq", "Soft interrupts by kind.", \.showsSoftInterrupts),
      texts("sysctl.include", "A kernel parameter, shown as number.", \.kernelParameters),
      texts("sysctl.include-info", "A kernel parameter, shown as text.", \.kernelParameterTexts),
      pattern("tapestats.ignored-devices", "Tape drives that are left out.") {
        $0.ignoredTapes = $1
      },
      texts(
        "textfile.directory", "A directory, or pattern with * and ?, with .prom files.",
        \.textfileDirectories),
      textfileAge,
      pattern("vmstat.fields", "Fields of /proc/vmstat that are shown.") { $0.vmstatFields = $1 },
    ]
}

extension SystemOption {
  /// Names of older versions of node_exporter that are still accepted.
  package static let formerNames = [
    "diskstats.ignored-devices": "diskstats.device-exclude",
    "filesystem.ignored-fs-types": "filesystem.fs-types-exclude",
    "filesystem.ignored-mount-points": "filesystem.mount-points-exclude",
    "netdev.device-blacklist": "netdev.device-exclude",
    "netdev.device-whitelist": "netdev.device-include",
  ]

  /// A switch of node_exporter between two sources with the same numbers, which has no effect here.
  private static func unneeded(_ name: String) -> SystemOption {
    SystemOption(name, isSwitch: true, "Taken, and without effect: the numbers are the same.") {
      _, value in
      guard value == "true" || value == "false" else {
        throw SystemOptionError(option: name, reason: "should be true or false, not \"\(value)\"")
      }
    }
  }

  private static let mountWorkers = SystemOption(
    "filesystem.stat-workers", "Most threads that may hang on stuck mounts."
  ) { context, value in
    guard let count = Int(value), (1...256).contains(count) else {
      throw SystemOptionError(
        option: value, reason: "should be a whole number from 1 to 256")
    }
    context.blockingCalls = SystemContext.mountCalls(threadLimit: count)
  }

  private static let backendLabels = SystemOption(
    "ipvs.backend-labels", "Labels of the load balancer's backends, with commas between."
  ) { context, value in
    let wanted = Set(value.split(separator: ",").map(String.init))
    if let unknown = wanted.subtracting(IPVSBackends.allLabels).min() {
      throw SystemOptionError(
        option: unknown,
        reason: "there is no such label; there are "
          + IPVSBackends.allLabels.joined(separator: ", "))
    }
    context.backendLabels = IPVSBackends.allLabels.filter(wanted.contains)
  }

  private static let mountTimeout = SystemOption(
    "filesystem.mount-timeout", "How long a mount may take before it counts as stuck."
  ) { context, value in
    context.mountTimeout = try duration(value)
  }

  private static let textfileAge = SystemOption(
    "textfile.max-age", "Files that were not changed for so long are not shown."
  ) { context, value in
    context.textfileMaximumAge = try duration(value)
  }

  /// Reads a duration in Prometheus' format.
  private static func duration(_ text: String) throws(SystemOptionError) -> Duration {
    guard let duration = PrometheusDuration(text) else {
      throw SystemOptionError(option: text, reason: "should be a duration such as 5s or 1h30m")
    }
    return .milliseconds(duration.rawValue)
  }

  /// Two options, `NAME-include` and `NAME-exclude`.
  private static func filters(
    _ name: String, _ what: String,
    _ path: any (WritableKeyPath<SystemPatterns, NameFilter> & Sendable)
  ) -> [SystemOption] {
    [
      pattern("\(name)-include", "Only these \(what) are shown.") {
        $0[keyPath: path].include = $1
      },
      pattern("\(name)-exclude", "These \(what) are left out.") { $0[keyPath: path].exclude = $1 },
    ]
  }

  private static func pattern(
    _ name: String, _ help: String,
    _ set: @escaping @Sendable (inout SystemPatterns, RegularExpression) -> Void
  ) -> SystemOption {
    SystemOption(name, help) { context, value in
      set(&context.patterns, try SystemPatterns.pattern(value))
    }
  }

  private static func toggle(
    _ name: String, _ help: String, _ path: any (WritableKeyPath<SystemContext, Bool> & Sendable)
  ) -> SystemOption {
    SystemOption(name, isSwitch: true, help) { context, value in
      guard value == "true" || value == "false" else {
        throw SystemOptionError(option: name, reason: "should be true or false, not \"\(value)\"")
      }
      context[keyPath: path] = value == "true"
    }
  }

  private static func texts(
    _ name: String, _ help: String,
    _ path: any (WritableKeyPath<SystemContext, [String]> & Sendable)
  ) -> SystemOption {
    SystemOption(name, isRepeatable: true, help) { context, value in
      context[keyPath: path].append(value)
    }
  }
}

/// An option that does not exist or whose value is not valid.
package struct SystemOptionError: Error, Hashable, CustomStringConvertible {
  /// The option's name.
  package let option: String
  /// The reason, in words for the user.
  package let reason: String

  /// Makes the error.
  package init(option: String, reason: String) {
    self.option = option
    self.reason = reason
  }

  package var description: String { "\(option): \(reason)" }
}
