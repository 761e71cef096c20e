import Concurrency
import Glibc
import Logging
import MetricModel
import TestSupport
import Testing
import WebClient

@testable import Scraping

/// `dns_sd_configs` with a real name server.
@Suite(.timeLimit(.minutes(20)))
struct DNSDiscoveryTests {
  private static let records = [
    "srv-host=_pg._tcp.test,db1.test,9187", "srv-host=_pg._tcp.test,db2.test,9188",
    "host-record=web.test,192.0.2.1", "host-record=web.test,192.0.2.2",
    "host-record=six.test,2001:db8::7", "mx-host=test,mail.test,10",
    // An NS record for zone.test: the name ns1.test.
    "dns-rr=zone.test,2,03:6e:73:31:04:74:65:73:74:00", "cname=alias.test,web.test",
  ]

  private static func finder(_ server: NameServer) -> TargetFinder {
    TargetFinder(client: WebClient(), tools: .none, nameServer: server.address)
  }

  private static func groups(
    _ finder: TargetFinder, _ name: String, _ type: DiscoverySource.RecordType
  ) async throws -> [TargetGroup] {
    let parts = await finder.find(
      .dns(names: [name], type: type, port: 80, refresh: .seconds(30)))
    return try #require(parts.first).outcome.get()
  }

  @Test(
    arguments: [
      (
        "_pg._tcp.test", .srv, ["db1.test:9187", "db2.test:9188"],
        ["__meta_dns_srv_record_port": "9187", "__meta_dns_srv_record_target": "db1.test."]
      ),
      ("web.test", .a, ["192.0.2.1:80", "192.0.2.2:80"], [:]),
      // The name is an alias of a name with addresses.
      ("alias.test", .a, ["192.0.2.1:80", "192.0.2.2:80"], [:]),
      ("six.test", .aaaa, ["[2001:db8::7]:80"], [:]),
      ("test", .mx, ["mail.test:80"], ["__meta_dns_mx_record_target": "mail.test."]),
      ("zone.test", .ns, ["ns1.test:80"], ["__meta_dns_ns_record_target": "ns1.test."]),
      // An unknown name, and a name without records of this type: no targets, as in Prometheus.
      ("nowhere.test", .a, [], [:]), ("web.test", .srv, [], [:]),
    ] as [(String, DiscoverySource.RecordType, [String], [String: String])])
  func eachRecordTypeIsQueried(
    name: String, type: DiscoverySource.RecordType, addresses: [String], meta: [String: String]
  ) async throws {
    let server = try await NameServer.start(Self.records)
    let groups = try await Self.groups(Self.finder(server), name, type)
    #expect(groups.flatMap(\.addresses).sorted() == addresses)
    let first = groups.min { $0.addresses[0] < $1.addresses[0] }
    for (label, value) in meta.merging(
      first == nil ? [:] : ["__meta_dns_name": name], uniquingKeysWith: { $1 })
    {
      #expect(first?.labels[label] == value)
    }
  }

  @Test func aTruncatedAnswerIsQueriedAgainOverTCP() async throws {
    // 200 services take some 8 KB; a datagram without extensions carries 512 bytes.
    let server = try await NameServer.start(
      (0..<200).map { "srv-host=_many._tcp.test,host-number-\($0).test,\(1_000 + $0)" })
    let groups = try await Self.groups(Self.finder(server), "_many._tcp.test", .srv)
    #expect(
      Set(groups.flatMap(\.addresses))
        == Set((0..<200).map { "host-number-\($0).test:\(1_000 + $0)" }))
  }

  @Test func targetsRemainWhileTheServerIsSilentOrDown() async throws {
    var server = try await NameServer.start(Self.records)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let clock = ManualClock()
    let scheduler = TargetScheduler(
      appender: MemoryAppender(), fetcher: ScriptedFetcher([:]), clock: ManualClock().timeSource,
      logger: logger)
    let discovery = TargetDiscovery(
      scheduler: scheduler, client: WebClient(), tools: .none, nameServer: server.address,
      clock: clock.timeSource, logger: logger)
    var job = ScrapeJob(name: "j")
    job.discovery = [.dns(names: ["web.test"], type: .a, port: 80, refresh: .seconds(30))]
    await discovery.apply([job])
    let expected = ["192.0.2.1:80", "192.0.2.2:80"]
    func addresses() async -> [String] {
      await scheduler.targets().compactMap { $0.target.discoveredLabels["__address__"] }.sorted()
    }
    try await eventually { await addresses() == expected }
    // The server receives queries and answers none.
    try await clock.waitForSleepers(1)
    server.process.signal(SIGSTOP)
    clock.advance(by: .seconds(30))
    try await eventually { discovery.failures == 1 }
    #expect(await addresses() == expected)
    // The server is down.
    try await clock.waitForSleepers(1)
    server.process.signal(SIGKILL)
    _ = try await server.process.waitForExit()
    clock.advance(by: .seconds(30))
    try await eventually { discovery.failures == 2 }
    #expect(await addresses() == expected)
    // The server is up again, but the name is unknown: now the targets are gone.
    server = try await NameServer.start([], port: server.port)
    try await clock.waitForSleepers(1)
    clock.advance(by: .seconds(30))
    try await eventually { await addresses().isEmpty }
    await discovery.stop()
    await scheduler.stop()
  }
}
