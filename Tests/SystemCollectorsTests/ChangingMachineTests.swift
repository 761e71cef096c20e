import SystemAccess
import CollectorCore
import Concurrency
import Foundation
import Glibc
import Synchronization
import Testing

@testable import SystemCollectors

/// A collector caches what cannot change. These files change between two scrapes of one collector:
/// the first scrape's text, and the second's.
@Test(arguments: [
  (
    "netclass", ["class/net/eth0/operstate": "up\n", "class/net/eth0/mtu": "1500\n"],
    ["class/net/eth0/mtu": "9000\n", "class/net/eth1/operstate": "down\n"],
    #"node_network_mtu_bytes{device="eth0"} 1500"#,
    [#"node_network_mtu_bytes{device="eth0"} 9000"#, #"node_network_up{device="eth1"} 0"#]
  ),
  (
    "thermal_zone",
    ["class/thermal/thermal_zone0/type": "cpu\n", "class/thermal/thermal_zone0/temp": "41000\n"],
    ["class/thermal/thermal_zone0/type": "gpu\n", "class/thermal/thermal_zone0/temp": "1\n"],
    #"node_thermal_zone_temp{zone="0",type="cpu"} 41"#,
    [#"node_thermal_zone_temp{zone="0",type="gpu"} 0.001"#]
  ),
  (
    "hwmon", ["class/hwmon/hwmon0/name": "k10temp\n", "class/hwmon/hwmon0/temp1_input": "41000\n"],
    ["class/hwmon/hwmon0/name": "nvme\n", "class/hwmon/hwmon0/temp1_input": "50000\n"],
    #"node_hwmon_temp_celsius{chip="k10temp",sensor="temp1"} 41"#,
    [#"node_hwmon_temp_celsius{chip="nvme",sensor="temp1"} 50"#]
  ),
  (
    "hwmon", ["class/hwmon/hwmon0/name": "k10temp\n", "class/hwmon/hwmon0/temp1_input": "41000\n"],
    ["class/hwmon/hwmon1/name": "k10temp\n", "class/hwmon/hwmon0/fan2_input": "900\n"],
    #"node_hwmon_temp_celsius{chip="k10temp",sensor="temp1"} 41"#,
    [
      #"node_hwmon_fan_rpm{chip="k10temp_hwmon0",sensor="fan2"} 900"#,
      #"node_hwmon_chip_names{chip="k10temp_hwmon1",chip_name="k10temp"} 1"#,
    ]
  ),
  (
    "diskstats",
    ["diskstats": "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n", "b8:0": "E:ID_MODEL=old\n"],
    ["b8:0": "E:ID_MODEL=new\nE:ID_FS_TYPE=ext4\n"], #"model="old""#,
    [#"model="new""#, #"node_disk_filesystem_info{device="sda",type="ext4""#]
  ),
  (
    "cpu",
    [
      "stat": "cpu0 1 2 3 4\n", "devices/system/cpu/present": "0-1\n",
      "devices/system/cpu/online": "0-1\n",
    ], ["devices/system/cpu/online": "0\n"], #"node_cpu_online{cpu="1"} 1"#,
    [#"node_cpu_online{cpu="1"} 0"#]
  ),
  (
    "cgroup",
    [
      "fs/cgroup/cgroup.controllers": "cpu\n",
      "fs/cgroup/system.slice/a.service/pids.current": "3\n",
    ], ["fs/cgroup/system.slice/b.service/pids.current": "4\n"],
    #"tocsin_cgroup_tasks{unit="a.service",container=""} 3"#,
    [#"tocsin_cgroup_tasks{unit="b.service",container=""} 4"#]
  ),
  (
    "os", ["etc/os-release": "ID=debian\nVERSION_ID=12\n"],
    ["etc/os-release": "ID=debian\nVERSION_ID=13\n"],
    #"node_os_version{id="debian",id_like="",name=""} 12"#,
    [#"node_os_version{id="debian",id_like="",name=""} 13"#]
  ),
  (
    "powersupplyclass", ["class/power_supply/BAT0/capacity": "88\n"],
    ["class/power_supply/AC/online": "1\n", "class/power_supply/BAT0/capacity": "87\n"],
    #"node_power_supply_capacity{power_supply="BAT0"} 88"#,
    [
      #"node_power_supply_online{power_supply="AC"} 1"#,
      #"node_power_supply_capacity{power_supply="BAT0"} 87"#,
    ]
  ),
])
func whatChangesIsSeenInTheNextScrape(
  collector: String, first: [String: String], second: [String: String], before: String,
  after: [String]
) async throws {
  let (proc, remove) = try root(first)
  defer { remove() }
  let entry = try #require(SystemCollectors.all.first { $0.name == collector })
  let made = try entry.make(SystemContext(proc: proc))
  for _ in 0..<2 {
    let shown = try await text(of: made).text
    #expect(shown.contains(before), "\(shown)")
  }
  for (name, content) in second {
    let path = "\(proc.proc)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try content.write(toFile: path, atomically: false, encoding: .utf8)
  }
  let shown = try await text(of: made).text
  for line in after { #expect(shown.contains(line), "\(shown)") }
}

/// Hundreds of mounts, some at the same path, some that hang: each is shown once, in the kernel's
/// order, and all but those that hang are queried in every scrape.
@Test func manyMountsAreAskedOneAfterAnotherAndOnlyOnceWhenTheyHang() async throws {
  func mount(_ number: Int, _ options: String = "rw") -> String {
    "\(number + 20) 1 8:\(number) / /srv/\(number) \(options) - ext4 /dev/sd\(number) rw\n"
  }
  let lines = (0..<300).map { mount($0) }
  let (proc, remove) = try root(["1/mountinfo": lines.joined() + mount(7)])
  defer { remove() }
  let gate = HangingMounts(["/srv/40", "/srv/41", "/srv/299"])
  defer { gate.open() }
  var context = try SystemContext(proc: proc)
  // Long enough for mounts that respond, however busy the machine is.
  context.mountTimeout = .seconds(3)
  let collector = FileSystemCollector(context) { path in
    gate.pass(path)
    return .success(
      FileSystemUsage(
        blockSize: 1, blocks: 5, blocksFree: 1, blocksAvailable: 1, files: 1, filesFree: 1))
  }
  for _ in 0..<3 {
    let shown = try await text(of: collector).text.split(separator: "\n")
    #expect(shown.count { $0.hasPrefix("node_filesystem_size_bytes{") } == 297)
    #expect(shown.count { $0.contains(#"device_error="mountpoint timeout"} 1"#) } == 3)
    #expect(shown.count { $0.hasPrefix("node_filesystem_mount_info{") } == 300)
  }
  #expect(gate.hung == 3)
  #expect(context.blockingCalls.stuckCount == 3)
  try mount(1, "ro").write(toFile: "\(proc.proc)/1/mountinfo", atomically: false, encoding: .utf8)
  let shown = try await text(of: collector).text
  #expect(
    shown.contains(
      #"node_filesystem_readonly{device="/dev/sd1",mountpoint="/srv/1",fstype="ext4",device_error=""} 1"#
    ))
  #expect(!shown.contains("/srv/2\""))
}

/// Mounts whose calls hang until they are released.
private final class HangingMounts: Sendable {
  private let places: [String]
  private let state = Mutex((isOpen: false, hung: 0))

  init(_ places: [String]) {
    self.places = places
  }

  /// The number of calls that hung.
  var hung: Int { state.withLock { $0.hung } }

  func pass(_ path: String) {
    guard places.contains(where: { path.hasSuffix($0) }) else { return }
    state.withLock { $0.hung += 1 }
    while !state.withLock({ $0.isOpen }) { usleep(1000) }
  }

  func open() {
    state.withLock { $0.isOpen = true }
  }
}
