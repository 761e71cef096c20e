@testable import SystemAccess
import CollectorCore
import MetricModel
import Testing

@testable import SystemCollectors

/// Every collector that reads only files is compared with a golden text.
@Test(arguments: [
  "arp", "conntrack", "cpu", "cpufreq", "diskstats", "dmi", "entropy", "filefd", "loadavg",
  "meminfo", "netclass", "netdev", "netstat", "os", "pressure", "schedstat", "selinux", "softnet",
  "stat", "thermal_zone", "udp_queues", "vmstat",
])
func showsTheFixtureAsTheGoldenFileSays(name: String) async throws {
  let entry = try #require(SystemCollectors.all.first { $0.name == name })
  try await expectGolden(entry.make(fixtureContext()), "\(name).prom")
}

@Test func socketsCountTheirMemoryInPages() async throws {
  let proc = try fixtureContext().proc
  try await expectGolden(
    GuardedCollector(SocketStatCollector(proc: proc, pageSize: 4096)), "sockstat.prom")
}

@Test func namesOfTheKernelBecomeLabels() async throws {
  let names = HostFacts.SystemNames(
    sysname: "Linux", nodename: "host-1", release: "6.1.0", version: "#1 SMP", machine: "x86_64",
    domainname: "(none)")
  try await expectGolden(UnameCollector(names: { names }), "uname.prom")
}

@Test func timeComesFromTheClockOfTheScrape() async throws {
  let proc = try fixtureContext().proc
  try await expectGolden(
    TimeCollector(proc: proc, zone: { _ in (-3600 * 3, "-03") }), "time.prom")
}

@Test func theClockStateIsShownInSeconds() async throws {
  let state = KernelClockState(
    returned: 5, status: 0x2041, offset: -1_500_000, frequency: 65_536_000, maximumError: 500_000,
    estimatedError: 1_000, constant: 7, tick: 10_000, ppsFrequency: 65_536, ppsJitter: 2_000,
    ppsShift: 8, ppsStability: 131_072, ppsJitterCount: 1, ppsCalibrationCount: 2,
    ppsErrorCount: 3, ppsStabilityCount: 4, taiOffset: 37)
  try await expectGolden(TimexCollector(state: { state }), "timex.prom")
  await #expect(throws: NoData.self) {
    try await text(of: TimexCollector(state: { throw SystemError(call: "adjtimex", code: 1) }))
  }
}

@Test func fileSystemsAreListedOnceWithTheirErrors() async throws {
  let collector = FileSystemCollector(try fixtureContext()) { path in
    if path.hasSuffix("/broken") { return .failure(SystemError(call: "statfs", code: 5)) }
    return .success(
      FileSystemUsage(
        blockSize: 4096, blocks: 1000, blocksFree: 400, blocksAvailable: 300, files: 50,
        filesFree: 20))
  }
  try await expectGolden(collector, "filesystem.prom")
}
