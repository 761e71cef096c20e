import Concurrency
import Configuration
import Foundation

import Logging
import MetricModel
import Synchronization
import TestSupport
import Testing
import WebClient
import WebServer

@testable import Scraping

/// Decodes lines of addresses, which is enough for these tests.
private let tools = DiscoveryTools(
  files: { FileManager.default.fileExists(atPath: $0) ? [$0] : [] },
  decode: { text, _ in
    guard !text.hasPrefix("!") else { throw DiscoveryError("broken") }
    return text.isEmpty
      ? [] : [TargetGroup(addresses: text.split(separator: " ").map(String.init))]
  })

private struct Fixture {
  let clock = ManualClock()
  let client = WebClient()
  let scheduler: TargetScheduler
  let discovery: TargetDiscovery

  init(nameServer: DNSLookup.Server? = nil) {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    scheduler = TargetScheduler(
      appender: MemoryAppender(), fetcher: ScriptedFetcher([:]), clock: ManualClock().timeSource,
      logger: logger)
    discovery = TargetDiscovery(
      scheduler: scheduler, client: client, tools: tools, nameServer: nameServer,
      clock: clock.timeSource,
      logger: logger)
  }

  var addresses: [String] {
    get async { await scheduler.targets().compactMap { $0.target.discoveredLabels["__address__"] } }
  }

  func stop() async {
    await discovery.stop()
    await scheduler.stop()
    client.shutDown()
  }
}

private func job(_ source: DiscoverySource) -> ScrapeJob {
  var job = ScrapeJob(name: "j")
  job.staticTargets = [TargetGroup(addresses: ["a:1"])]
  job.discovery = [source]
  return job
}

@Suite(.timeLimit(.minutes(20)))
struct TargetDiscoveryTests {
  @Test func filesAreReadAtTheStartAndAfterChanges() async throws {
    let fixture = Fixture()
    let folder = try TemporaryDirectory(prefix: "tocsin-discovery")
    let file = try folder.write("b:1", to: "targets")
    await fixture.discovery.apply([job(.files(patterns: [file], refresh: .minutes(5)))])
    #expect(await fixture.addresses == ["a:1", "b:1"])
    let labels = await fixture.scheduler.targets().last?.target.discoveredLabels
    #expect(labels?["__meta_filepath"] == file)
    try await fixture.clock.waitForSleepers(1)
    _ = try folder.write("c:1 d:1", to: "targets")
    fixture.clock.advance(by: .seconds(1))
    try await eventually { await fixture.addresses == ["a:1", "c:1", "d:1"] }
    try await fixture.clock.waitForSleepers(1)
    _ = try folder.write("! what is broken changes nothing", to: "targets")
    fixture.clock.advance(by: .seconds(1))
    try await eventually { fixture.discovery.failures == 1 }
    #expect(await fixture.addresses == ["a:1", "c:1", "d:1"])
    await fixture.discovery.apply([])
    #expect(await fixture.addresses.isEmpty)
    await fixture.stop()
  }

  @Test func aBrokenFileDoesNotAffectOtherFiles() async throws {
    let fixture = Fixture()
    let folder = try TemporaryDirectory(prefix: "tocsin-discovery")
    let files = try ["one", "two"].map { try folder.write("\($0):1", to: $0) }
    await fixture.discovery.apply([job(.files(patterns: files, refresh: .minutes(5)))])
    #expect(await fixture.addresses == ["a:1", "one:1", "two:1"])
    try await fixture.clock.waitForSleepers(1)
    try folder.write("! broken", to: "one")
    try folder.write("two:2", to: "two")
    fixture.clock.advance(by: .seconds(1))
    try await eventually { await fixture.addresses == ["a:1", "one:1", "two:2"] }
    // When a file disappears, so do its targets.
    try await fixture.clock.waitForSleepers(1)
    try FileManager.default.removeItem(atPath: files[0])
    fixture.clock.advance(by: .seconds(1))
    try await eventually { await fixture.addresses == ["a:1", "two:2"] }
    await fixture.stop()
  }

  @Test func aReplacedFileIsReadAgain() async throws {
    let fixture = Fixture()
    let folder = try TemporaryDirectory(prefix: "tocsin-discovery")
    let file = try folder.write("b:1", to: "targets")
    await fixture.discovery.apply([job(.files(patterns: [file], refresh: .minutes(5)))])
    for round in 2..<5 {
      try await fixture.clock.waitForSleepers(1)
      let next = try folder.write("b:\(round)", to: "next")
      // Size and time are unchanged; only the file is another one.
      let time = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate]
      try FileManager.default.setAttributes(
        [.modificationDate: time ?? Date()], ofItemAtPath: next)
      #expect(unsafe rename(next, file) == 0)
      fixture.clock.advance(by: .seconds(1))
      try await eventually { await fixture.addresses == ["a:1", "b:\(round)"] }
    }
    await fixture.stop()
  }

  @Test(arguments: [
    (status: 500, type: "application/json", body: "b:2"),
    (status: 200, type: "text/html", body: "b:2"),
    (status: 200, type: "application/json", body: "! no JSON"),
    (status: 301, type: "application/json", body: ""),
    (status: 204, type: "application/json", body: ""),
  ])
  func targetsRemainAfterABadAnswerOfAURL(
    status: Int, type: String, body: String
  ) async throws {
    let isGood = Mutex(true)
    let server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { request in
      guard request.headers["X-Prometheus-Refresh-Interval-Seconds"] == "90",
        request.headers["Authorization"] == "Bearer t"
      else { return .text("who?", status: 403) }
      if isGood.withLock({ $0 }) { return .json(Array("b:1".utf8)) }
      return HTTPResponse(
        status: status, headers: ["Content-Type": type], body: Array(body.utf8))
    }
    let fixture = Fixture()
    var client = HTTPClientConfiguration()
    client.authorization = .scheme("Bearer", credentials: .inline("t"))
    let source = DiscoverySource.http(
      url: "http://127.0.0.1:\(server.boundPort)/sd", client: client, refresh: .seconds(90))
    await fixture.discovery.apply([job(source)])
    try await eventually { await fixture.addresses == ["a:1", "b:1"] }
    isGood.withLock { $0 = false }
    try await fixture.clock.waitForSleepers(1)
    fixture.clock.advance(by: .seconds(90))
    try await eventually { fixture.discovery.failures == 1 }
    #expect(await fixture.addresses == ["a:1", "b:1"])
    await fixture.stop()
    await server.stop()
  }

  @Test func targetsOfAURLAreThoseOfItsLastGoodAnswer() async throws {
    let answer = Mutex("b:1")
    let server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { _ in
      let text = answer.withLock { $0 }
      return text.isEmpty ? .text("no", status: 500) : .json(Array(text.utf8))
    }
    let fixture = Fixture()
    let url = "http://127.0.0.1:\(server.boundPort)/sd"
    let source = DiscoverySource.http(
      url: url, client: HTTPClientConfiguration(), refresh: .minutes(1))
    await fixture.discovery.apply([job(source)])
    try await eventually { await fixture.addresses == ["a:1", "b:1"] }
    let labels = await fixture.scheduler.targets().last?.target.discoveredLabels
    #expect(labels?["__meta_url"] == url)
    answer.withLock { $0 = "" }
    try await fixture.clock.waitForSleepers(1)
    fixture.clock.advance(by: .seconds(60))
    try await eventually { fixture.discovery.failures == 1 }
    #expect(await fixture.addresses == ["a:1", "b:1"])
    answer.withLock { $0 = "c:1" }
    try await fixture.clock.waitForSleepers(1)
    fixture.clock.advance(by: .seconds(60))
    try await eventually { await fixture.addresses == ["a:1", "c:1"] }
    await fixture.stop()
    await server.stop()
  }

  @Test func recordsBecomeAddresses() {
    let service = TargetFinder.group(
      of: .service(target: "db.example.org", port: 9187), name: "_pg._tcp.example.org", port: 0)
    #expect(service.addresses == ["db.example.org:9187"])
    #expect(service.labels["__meta_dns_srv_record_target"] == "db.example.org.")
    #expect(service.labels["__meta_dns_srv_record_port"] == "9187")
    let six = TargetFinder.group(of: .address("2001:db8::1"), name: "n", port: 80)
    #expect(six.addresses == ["[2001:db8::1]:80"])
    #expect(six.labels["__meta_dns_name"] == "n")
  }
}
