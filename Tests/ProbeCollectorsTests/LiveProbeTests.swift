import Configuration
import CollectorCore
import Configuration
import TestSupport
import Testing
import WebClient
import WebServer

@testable import ProbeCollectors

/// Probes of real servers on loopback.
@Suite struct LiveProbeTests {
  private let server: HTTPServer

  init() throws {
    var router = Router()
    router.get("/ok") { _ in
      var response = HTTPResponse.text("all is well\n")
      response.headers["Last-Modified"] = "Sun, 06 Nov 1994 08:49:37 GMT"
      return response
    }
    router.get("/moved") { _ in .redirect(to: "/ok") }
    router.get("/circle") { _ in .redirect(to: "/circle") }
    router.get("/asker") { request in
      .text("\(request.headers["User-Agent"] ?? "") \(request.headers["X-Key"] ?? "")")
    }
    router.get("/never") { _ in
      // Ends when the server stops.
      try? await ContinuousClock().sleep(for: .seconds(600))
      return .text("")
    }
    server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0), router: router)
  }

  private func probe(
    _ address: String, _ module: ProbeModule, within budget: Duration = .seconds(20)
  ) async throws -> Reading {
    let roster = try ProbeTargets(
      [ProbeTarget(name: "it", address: address, module: "m")], modules: ["m": module])
    return Reading(try await roster.answer(target: "it", module: nil, within: budget))
  }

  private func probe(
    path: String, within budget: Duration = .seconds(20),
    _ change: (inout HTTPProbeSettings) throws -> Void = { _ in }
  ) async throws -> Reading {
    var settings = HTTPProbeSettings()
    try change(&settings)
    return try await probe(
      "http://127.0.0.1:\(server.boundPort)\(path)", ProbeModule(.http(settings)), within: budget)
  }

  @Test func anAnswerIsMeasured() async throws {
    let reading = try await probe(path: "/ok")
    #expect(reading["probe_success"] == 1)
    #expect(reading["probe_http_status_code"] == 200)
    #expect(reading["probe_http_content_length"] == 12)
    #expect(reading["probe_http_uncompressed_body_length"] == 12)
    #expect(reading["probe_http_redirects"] == 0)
    #expect(reading["probe_http_ssl"] == 0)
    #expect(reading["probe_http_version"] == 1.1)
    #expect(reading["probe_http_last_modified_timestamp_seconds"] == 784_111_777)
    #expect(reading["probe_failed_due_to_regex"] == 0)
    #expect(reading["probe_ip_protocol"] == 4)
    #expect(reading["probe_ip_addr_hash"] == 3_668_918_509)
    #expect(try #require(reading["probe_timeout_seconds"]) <= 19.5)
    for phase in ["resolve", "connect", "tls", "processing", "transfer"] {
      #expect(reading["probe_http_duration_seconds{phase=\"\(phase)\"}"] != nil)
    }
    #expect(reading["probe_ssl_earliest_cert_expiry"] == nil)
    #expect(!reading.text.contains("tocsin_probe_failure_info"))
    await server.stop()
  }

  @Test func namesAreLookedUp() async throws {
    var settings = HTTPProbeSettings()
    settings.addresses.preferred = .ip4
    let reading = try await probe(
      "localhost:\(server.boundPort)/ok", ProbeModule(.http(settings)))
    #expect(reading["probe_success"] == 1)
    #expect(reading["probe_ip_protocol"] == 4)
    let missing = try await probe("http://no.such.host.invalid/", ProbeModule(.http(settings)))
    #expect(missing.failure == "resolve")
    #expect(missing["probe_ip_protocol"] == 0)
    #expect(missing["probe_http_status_code"] == 0)
    await server.stop()
  }

  @Test func aMissingPageFails() async throws {
    let reading = try await probe(path: "/none")
    #expect(reading["probe_success"] == 0)
    #expect(reading["probe_http_status_code"] == 404)
    #expect(reading.failure == "status")
    #expect(try await probe(path: "/none") { $0.validStatusCodes = [404] }["probe_success"] == 1)
    await server.stop()
  }

  @Test func redirectsAreFollowedOrJudged() async throws {
    let followed = try await probe(path: "/moved")
    #expect(followed["probe_success"] == 1)
    #expect(followed["probe_http_redirects"] == 1)
    let judged = try await probe(path: "/moved") { $0.client.followsRedirects = false }
    #expect(judged["probe_success"] == 0)
    #expect(judged["probe_http_status_code"] == 302)
    #expect(judged["probe_http_redirects"] == 1)
    let circle = try await probe(path: "/circle")
    #expect(circle.failure == "redirects")
    #expect(circle["probe_http_redirects"] == 11)
    await server.stop()
  }

  @Test func bodiesAreSearched() async throws {
    let pattern = try HTTPProbeSettings.pattern("all is (well|fine)")
    #expect(
      try await probe(path: "/ok") { $0.failsIfBodyMatchesNot = [pattern] }["probe_success"] == 1)
    let failed = try await probe(path: "/ok") { $0.failsIfBodyMatches = [pattern] }
    #expect(failed["probe_success"] == 0)
    #expect(failed["probe_failed_due_to_regex"] == 1)
    #expect(failed.failure == "body")
    let large = try await probe(path: "/ok") { $0.maximumBodyBytes = 3 }
    #expect(large.failure == "body_size")
    await server.stop()
  }

  @Test func headersAreSent() async throws {
    let expected = try HTTPProbeSettings.pattern("^Tocsin k$")
    let reading = try await probe(path: "/asker") { settings in
      settings.headers = [("X-Key", "k")]
      settings.failsIfBodyMatchesNot = [expected]
    }
    #expect(reading["probe_success"] == 1)
    await server.stop()
  }

  @Test func aServerThatHangsCostsNoMoreThanTheBudget() async throws {
    let reading = try await probe(path: "/never", within: .seconds(5))
    #expect(reading.failure == "timeout")
    #expect(try #require(reading["probe_timeout_seconds"]) <= 4.5)
    #expect(reading["probe_http_status_code"] == 0)
    #expect(reading["probe_ip_protocol"] == 4)
    await server.stop()
  }

  @Test func aClosedPortIsRefused() async throws {
    let port = try FreePort.next()
    let http = try await probe("http://127.0.0.1:\(port)/", ProbeModule(.http(HTTPProbeSettings())))
    #expect(http.failure == "refused")
    #expect(http["probe_http_content_length"] == 0)
    #expect(http["probe_ip_protocol"] == 4)
    let tcp = try await probe("127.0.0.1:\(port)", ProbeModule(.tcp(TCPProbeSettings())))
    #expect(tcp.failure == "refused")
    #expect(tcp["probe_success"] == 0)
    #expect(!tcp.text.contains("probe_http"))
    await server.stop()
  }

  @Test func anOpenPortIsEnoughForTCP() async throws {
    let reading = try await probe(
      "127.0.0.1:\(server.boundPort)", ProbeModule(.tcp(TCPProbeSettings())))
    #expect(reading["probe_success"] == 1)
    #expect(reading["probe_ip_addr_hash"] == 3_668_918_509)
    // No request was sent.
    #expect(server.counters.requestsInFlight == 0)
    await server.stop()
  }

  @Test func targetsShowWithTheirLabels() async throws {
    let roster = try ProbeTargets([
      ProbeTarget(name: "web", address: "http://127.0.0.1:\(server.boundPort)/ok"),
      ProbeTarget(
        name: "port", address: "127.0.0.1:\(server.boundPort)", module: "tcp_connect"),
    ])
    let runner = CollectorRunner(roster.scheduled())
    let text = String(decoding: await runner.gather(within: .seconds(20)).bytes, as: UTF8.self)
    #expect(text.contains("\nprobe_success{module=\"http_2xx\",target=\"web\"} 1\n"))
    #expect(text.contains("\nprobe_success{module=\"tcp_connect\",target=\"port\"} 1\n"))
    await server.stop()
  }
}

/// The result of a probe.
struct Reading {
  let text: String

  init(_ bytes: [UInt8]) {
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// The value of a series, with the series written as in the exposition.
  subscript(series: String) -> Double? {
    text.split(separator: "\n").first { $0.hasPrefix(series + " ") }
      .flatMap { Double($0.dropFirst(series.utf8.count + 1)) }
  }

  /// The reason of the probe's failure; nil if it succeeded.
  var failure: String? {
    text.split(separator: "\n").first { $0.hasPrefix("tocsin_probe_failure_info{reason=") }
      .map { line in String(line.split(separator: "\"")[1]) }
  }
}
