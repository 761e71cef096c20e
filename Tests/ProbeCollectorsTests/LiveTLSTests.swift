import CollectorCore
import Concurrency
import Configuration
import MetricModel
import TestSupport
import Testing
import TransportSecurity
import WebClient

@testable import ProbeCollectors

/// Probes of `openssl s_server`, whose self-signed certificate is for `tocsin.test`.
@Suite struct LiveTLSTests {
  private let folder: TemporaryDirectory
  private let process: ChildProcess
  private let port: Int
  private let now: Double

  init() async throws {
    folder = try TemporaryDirectory()
    port = try FreePort.next()
    now = TimeSource.system.now.seconds
    let maker = try ChildProcess.start(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", folder.file("key.pem"), "-out", folder.file("cert.pem"), "-days", "2",
        "-subj", "/CN=tocsin.test", "-addext", "subjectAltName=DNS:tocsin.test",
      ])
    #expect(try await maker.waitForExit() == 0, "\(maker.output)")
    process = try ChildProcess.start(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:\(port)", "-cert", folder.file("cert.pem"),
        "-key", folder.file("key.pem"), "-www",
      ])
    try await process.waitUntilAccepting(port: port)
  }

  private func probe(_ change: (inout HTTPProbeSettings) -> Void) async throws -> Reading {
    var settings = HTTPProbeSettings()
    change(&settings)
    let roster = try ProbeTargets(
      [ProbeTarget(name: "it", address: "https://127.0.0.1:\(port)/", module: "m")],
      modules: ["m": ProbeModule(.http(settings))])
    return Reading(try await roster.answer(target: "it", module: nil, within: .seconds(20)))
  }

  private func expectExpiry(_ reading: Reading) throws {
    let expiry = try #require(reading["probe_ssl_earliest_cert_expiry"])
    #expect(abs(expiry - now - 2 * 86_400) < 120)
  }

  @Test func aTrustedCertificateShowsItsEnd() async throws {
    let reading = try await probe { settings in
      settings.client.tls.caFile = folder.file("cert.pem")
      settings.client.tls.serverName = "tocsin.test"
      settings.failsIfNotTLS = true
    }
    #expect(reading["probe_success"] == 1, "\(reading.text)")
    #expect(reading["probe_http_ssl"] == 1)
    #expect(
      reading["probe_ssl_last_chain_expiry_timestamp_seconds"]
        == reading["probe_ssl_earliest_cert_expiry"])
    try expectExpiry(reading)
  }

  @Test func theHostFieldNamesTheServer() async throws {
    let reading = try await probe { settings in
      settings.client.tls.caFile = folder.file("cert.pem")
      settings.headers = [("Host", "tocsin.test:443")]
    }
    #expect(reading["probe_success"] == 1, "\(reading.text)")
  }

  @Test func aCertificateNobodyKnowsFailsAndShowsItsEnd() async throws {
    let reading = try await probe { _ in }
    #expect(reading["probe_success"] == 0)
    #expect(reading.failure == "tls")
    #expect(reading["probe_http_status_code"] == 0)
    #expect(reading["probe_ssl_last_chain_expiry_timestamp_seconds"] == -62_135_596_800)
    try expectExpiry(reading)
  }

  @Test func verificationCanBeLeftOut() async throws {
    let reading = try await probe { $0.client.tls.insecureSkipVerify = true }
    #expect(reading["probe_success"] == 1)
    #expect(reading["probe_ssl_last_chain_expiry_timestamp_seconds"] == -62_135_596_800)
    try expectExpiry(reading)
    let refused = try await probe { settings in
      settings.client.tls.insecureSkipVerify = true
      settings.failsIfTLS = true
    }
    #expect(refused.failure == "encrypted")
  }
}
