import SystemAccess
import CollectorCore
import Testing

@testable import SystemCollectors

/// Truncated files, negative numbers and nonsense, with the beginning of the error.
@Test(arguments: [
  ("loadavg", "loadavg", "0.21 0.3", "loadavg line 1: load 15 is missing"),
  ("loadavg", "loadavg", "0.21 x 1", #"loadavg line 1: load 5 should be a number, not "x""#),
  ("loadavg", "loadavg", "", "loadavg line 1: load 1 is missing"),
  ("cpu", "stat", "cpu0 1 2 3", "stat line 1: idle is missing"),
  ("cpu", "stat", "cpu0 1 -2 3 4", #"stat line 1: nice should be a whole number, not "-2""#),
  ("cpu", "stat", "cpux 1 2 3 4", #"stat line 1: "cpux" is no processor"#),
  ("cpu", "stat", "intr 5\n", "stat: no processor is listed"),
  ("stat", "stat", "ctxt 99999999999999999999999\n", "stat line 1: ctxt should be a whole number"),
  ("stat", "stat", "garbage\n", "stat: no known field"),
  ("meminfo", "meminfo", "MemTotal: 12 MB\n", #"meminfo line 1: unknown unit "MB""#),
  ("meminfo", "meminfo", "MemTotal 12 kB\n", "meminfo line 1: a name and a colon are missing"),
  ("meminfo", "meminfo", "MemTotal: -1 kB\n", "meminfo line 1: the amount should be"),
  ("meminfo", "meminfo", "\n", "meminfo: the file is empty"),
  ("vmstat", "vmstat", "pgfault\n", "vmstat line 1: the count is missing"),
  (
    "diskstats", "diskstats", "8 0 sda 1 2 3",
    "diskstats line 1: read_time_seconds_total is missing"
  ),
  ("diskstats", "diskstats", "8 x sda 1", "diskstats line 1: the minor number should be"),
  ("netdev", "net/dev", "a\nb\neth0: 1 2", "net/dev line 3: receive_errs is missing"),
  ("netdev", "net/dev", "a\nb\nnonsense", "net/dev line 3: a device and a colon are missing"),
  ("netdev", "net/dev", "", "net/dev: the headings are missing"),
  ("pressure", "pressure/cpu", "some avg10=0\n", "pressure/cpu line 1: total= is missing"),
  ("pressure", "pressure/io", "full total=-5\n", #"pressure/io line 1: "total=-5" has no number"#),
  ("filefd", "sys/fs/file-nr", "1 0", "sys/fs/file-nr line 1: maximum is missing"),
  ("filesystem", "1/mountinfo", "1 2 3", "mountinfo line 1: the device number is missing"),
  ("netstat", "net/netstat", "A: x\nB: 1\n", "net/netstat line 2: headings and values"),
  ("netstat", "net/netstat", "A: x y\nA: 1\n", "net/netstat line 2: the value of y is missing"),
  ("netstat", "net/netstat", "A: x\n", "net/netstat line 1: the line of values is missing"),
  ("sockstat", "net/sockstat", "TCP: inuse\n", "net/sockstat line 1: inuse is missing"),
  ("softnet", "net/softnet_stat", "0g\n", "net/softnet_stat line 1: \"0g\" is no hexadecimal"),
  ("softnet", "net/softnet_stat", "00 01\n", "net/softnet_stat line 1: 2 columns"),
  ("schedstat", "schedstat", "cpu0 1 2\n", "schedstat line 1: a column is missing"),
  ("udp_queues", "net/udp", "h\n0: a b c 12\n", "net/udp line 2: the queue lengths are missing"),
  ("arp", "net/arp", "h\n10.0.0.1 0x1\n", "net/arp line 2: the device is missing"),
])
func brokenFilesGiveAClearError(
  collector: String, file: String, content: String, message: String
) async throws {
  let (proc, remove) = try root([file: content])
  defer { remove() }
  let entry = try #require(SystemCollectors.all.first { $0.name == collector })
  let made = try entry.make(SystemContext(proc: proc))
  do {
    let shown = try await text(of: made).text
    Issue.record("no error, but: \(shown)")
  } catch {
    #expect(String(describing: error).hasPrefix(message), "\(error)")
  }
}

/// An empty machine: files that may be absent are no failure.
@Test func absentFilesAreNoData() async throws {
  let (proc, remove) = try root(["empty": ""])
  defer { remove() }
  let required: Set = [
    "cpu", "stat", "loadavg", "meminfo", "vmstat", "netdev", "filefd", "filesystem", "processes",
  ]
  // node_exporter, too, reports success without a single sample for these.
  let fine: Set = [
    "btrfs", "cpufreq", "edac", "network_route", "selinux", "sysctl", "textfile", "thermal_zone",
    "time", "timex", "uname", "xfs",
  ]
  for entry in SystemCollectors.all where !fine.contains(entry.name) {
    let collector = try entry.make(SystemContext(proc: proc))
    do {
      _ = try await text(of: collector)
      Issue.record("\(entry.name) found something")
    } catch is NoData {
      #expect(!required.contains(entry.name), "\(entry.name)")
    } catch let error as SystemError {
      #expect(required.contains(entry.name) && error.isMissing, "\(entry.name): \(error)")
    }
  }
}

@Test func aBrokenFileAffectsNoOtherCollector() async throws {
  let (proc, remove) = try root(["loadavg": "junk", "stat": "cpu0 1 2 3 4\nctxt 5\n"])
  defer { remove() }
  let runner = CollectorRunner(
    try SystemCollectors.scheduled(SystemContext(proc: proc)) {
      ["cpu", "stat", "loadavg"].contains($0.name)
    })
  let gathering = await runner.gather(within: .seconds(30))
  let text = String(decoding: gathering.bytes, as: UTF8.self)
  #expect(text.contains(#"node_cpu_seconds_total{cpu="0",mode="idle"} 0.04"#))
  #expect(text.contains("node_context_switches_total 5"))
  #expect(text.contains(#"node_scrape_collector_success{collector="loadavg"} 0"#))
  #expect(text.contains(#"node_scrape_collector_success{collector="cpu"} 1"#))
}
