import CollectorCore
import Testing

@testable import SystemCollectors

/// The text of a collector over a tree of files, with options.
private func shown(
  _ collector: String, _ options: [(String, String)], _ files: [String: String]
) async throws -> String {
  let (proc, remove) = try root(files)
  defer { remove() }
  var context = try SystemContext(proc: proc)
  for (name, value) in options { try SystemOption.named(name).set(value, in: &context) }
  let entry = try #require(SystemCollectors.all.first { $0.name == collector })
  return try await text(of: entry.make(context), scrapes: 2).text
}

private let cpuinfo = """
  processor\t: 0
  vendor_id\t: GenuineIntel
  cpu family\t: 6
  model\t\t: 142
  model name\t: Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz
  stepping\t: 10
  microcode\t: 0xb4
  cpu MHz\t\t: 799.998
  cache size\t: 8192 KB
  physical id\t: 0
  core id\t\t: 0
  flags\t\t: fpu aes avx
  bugs\t\t: spectre_v1 mds

  processor\t: 1
  vendor_id\t: GenuineIntel
  cpu MHz\t\t: 800.1
  physical id\t: 0
  core id\t\t: 1
  flags\t\t: fpu other

  """
private let device = """
  Inter-|   Receive                                                |  Transmit
   face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16

  """
private let backends = """
  IP Virtual Server version 1.2.1 (size=4096)
  Prot LocalAddress:Port Scheduler Flags
    -> RemoteAddress:Port Forward Weight ActiveConn InActConn
  TCP  C0A80016:0CEA wlc
    -> C0A85216:0CEA      Tunnel  100    248        2
    -> C0A85318:0CEA      Tunnel  100    248        3

  """

/// Each option of node_exporter that changes the metrics, and a line that it adds.
@Test(arguments: [
  (
    "cpu", ["cpu.info=true"],
    #"node_cpu_info{cachesize="8192 KB",core="0",cpu="0",family="6",microcode="0xb4",model="142",package="0",model_name="Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz",stepping="10",vendor="GenuineIntel"} 1"#
  ),
  ("cpu", ["cpu.info=true"], #"node_cpu_frequency_hertz{package="0",core="1",cpu="1"} 8.001e+08"#),
  ("cpu", ["cpu.info.flags-include=^a"], #"node_cpu_flag_info{flag="avx"} 1"#),
  ("cpu", ["cpu.info.bugs-include=spec"], #"node_cpu_bug_info{bug="spectre_v1"} 1"#),
  (
    "netdev", ["netdev.label-ifalias=true"],
    #"node_network_receive_bytes_total{device="eth0",ifalias="uplink"} 1"#
  ),
  (
    "netdev", ["netdev.enable-detailed-metrics=true"],
    #"node_network_receive_missed_errors_total{device="eth0"} 77"#
  ),
  ("netdev", ["netdev.netlink=false"], #"node_network_receive_bytes_total{device="eth0"} 1"#),
  (
    "netdev", ["netdev.device-blacklist=wlan"],
    #"node_network_receive_bytes_total{device="eth0"} 1"#
  ),
  (
    "netdev", ["netdev.address-info=true", "netdev.device-include=."],
    "netmask=\"8\",scope=\"link-local\"} 1"
  ),
  (
    "ipvs", ["ipvs.backend-labels=proto,local_port"],
    #"node_ipvs_backend_connections_active{local_port="3306",proto="TCP"} 496"#
  ),
  (
    "infiniband", ["infiniband.device-include=mlx"],
    #"node_infiniband_state_id{device="mlx4_0",port="1"} 4"#
  ),
  ("selinux", [], "node_selinux_config_mode 0"),
  ("os", [], "node_os_support_end_timestamp_seconds 1.845936e+09"),
  ("cpufreq", [], #"node_cpu_frequency_avg_hertz{cpu="0"} 1.9e+09"#),
])
func optionsOfNodeExporterChangeWhatIsShown(
  collector: String, options: [String], line: String
) async throws {
  let settings = options.map { option in
    let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
    return (parts[0], parts[1])
  }
  let text = try await shown(
    collector, settings,
    [
      "stat": "cpu0 1 2 3 4 5 6 7 8 9 10\n", "cpuinfo": cpuinfo, "net/dev": device,
      "class/net/eth0/ifalias": "uplink\n",
      "class/net/eth0/statistics/rx_missed_errors": "77\n",
      "net/ip_vs": backends,
      "net/ip_vs_stats": "a\nb\n  1 2 3 4 5\n\n  0 0 0 0 0\n",
      "class/infiniband/mlx4_0/ports/1/state": "4: ACTIVE\n",
      "class/infiniband/hfi1_0/ports/1/state": "4: ACTIVE\n",
      "fs/selinux/enforce": "1",
      "etc/selinux/config": "# SELINUX=disabled\nSELINUX=permissive\nSELINUXTYPE=targeted\n",
      "etc/os-release": "NAME=Debian\nSUPPORT_END=2028-06-30\n",
      "devices/system/cpu/cpu0/cpufreq/cpuinfo_avg_freq": "1900000\n",
      "devices/system/cpu/online": "0\n",
    ])
  #expect(text.contains(line), "\(text)")
  #expect(!text.contains("hfi1_0"))
  #expect(!text.contains(#"flag="fpu""#) && !text.contains(#"bug="mds""#))
}

@Test(arguments: [
  ("ipvs.backend-labels", "proto,colour", "there is no such label"),
  ("filesystem.stat-workers", "0", "from 1 to 256"), ("cpu.info", "perhaps", "true or false"),
  ("arp.netlink", "perhaps", "true or false"), ("cpu.info.flags-include", "(", "missing"),
])
func optionsRefuseWhatTheyCannotUse(name: String, value: String, word: String) throws {
  var context = try SystemContext()
  do {
    try SystemOption.named(name).set(value, in: &context)
    Issue.record("\(name)=\(value) was taken")
  } catch {
    #expect("\(error)".contains(word), "\(error)")
  }
}

/// Every flag of a listed collector in node_exporter 1.12, so that the command line of an existing
/// unit file works.
@Test(arguments: [
  "arp.device-exclude", "arp.device-include", "arp.netlink", "cpu.guest", "cpu.info",
  "cpu.info.bugs-include", "cpu.info.flags-include", "diskstats.device-exclude",
  "diskstats.device-include", "diskstats.ignored-devices", "ethtool.device-exclude",
  "ethtool.device-include", "ethtool.metrics-include", "filesystem.fs-types-exclude",
  "filesystem.fs-types-include", "filesystem.ignored-fs-types", "filesystem.ignored-mount-points",
  "filesystem.mount-points-exclude", "filesystem.mount-points-include", "filesystem.mount-timeout",
  "filesystem.stat-workers", "hwmon.chip-exclude", "hwmon.chip-include", "hwmon.sensor-exclude",
  "hwmon.sensor-include", "infiniband.device-exclude", "infiniband.device-include",
  "interrupts.include-zeros", "interrupts.name-exclude", "interrupts.name-include",
  "ipvs.backend-labels", "netclass.ignore-invalid-speed", "netclass.ignored-devices",
  "netclass.netlink", "netdev.address-info", "netdev.device-blacklist", "netdev.device-exclude",
  "netdev.device-include", "netdev.device-whitelist", "netdev.enable-detailed-metrics",
  "netdev.label-ifalias", "netdev.netlink", "netstat.fields", "powersupply.ignored-supplies",
  "rapl.enable-zone-label", "slabinfo.slabs-exclude", "slabinfo.slabs-include", "stat.softirq",
  "sysctl.include", "sysctl.include-info", "tapestats.ignored-devices", "textfile.directory",
  "vmstat.fields",
])
func flagsOfNodeExporterAreKnown(name: String) throws {
  _ = try SystemOption.named(name)
}

@Test(arguments: [
  ("1970-01-01", 0.0), ("2000-02-29", 951_782_400), ("2028-06-30", 1_845_936_000),
  ("2028-13-01", nil), ("2028-06", nil), ("soon", nil), ("20x8-06-30", nil),
])
func daysOfSupportBecomeTime(day: String, seconds: Double?) {
  #expect(OSReleaseCollector.seconds(day) == seconds)
}
