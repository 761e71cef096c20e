import TestSupport
import Testing
import TransportSecurity

@testable import WebClient

/// Requests to `openssl s_server`, whose self-signed certificate is for `tocsin.test`.
@Suite struct TLSTests {
  let client = WebClient()

  private struct Server {
    let folder: TemporaryDirectory
    let process: ChildProcess
    let port: Int
    var url: String { "https://127.0.0.1:\(port)/secret" }
    var origin: String { "https://127.0.0.1:\(port)" }
    var certificate: String { folder.file("cert.pem") }
    var key: String { folder.file("key.pem") }
  }

  private func start(_ options: [String] = []) async throws -> Server {
    let folder = try TemporaryDirectory()
    let port = try FreePort.next()
    let maker = try ChildProcess.start(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", folder.file("key.pem"), "-out", folder.file("cert.pem"), "-days", "2",
        "-subj", "/CN=tocsin.test", "-addext", "subjectAltName=DNS:tocsin.test",
      ])
    #expect(try await maker.waitForExit() == 0, "\(maker.output)")
    let process = try ChildProcess.start(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:\(port)", "-cert", folder.file("cert.pem"),
        "-key", folder.file("key.pem"), "-www",
      ] + options.map { $0 == "CERT" ? folder.file("cert.pem") : $0 })
    try await process.waitUntilAccepting(port: port)
    return Server(folder: folder, process: process, port: port)
  }

  @Test func aCertificateNobodyKnowsIsRefused() async throws {
    let server = try await start()
    let error = await #expect(throws: WebClientError.self) {
      try await client.send(WebRequest(.get, server.url))
    }
    guard case .tls(server.origin, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("self-signed") || reason.contains("self signed"))
  }

  @Test func aKnownCertificateMustBearTheName() async throws {
    let server = try await start()
    var request = WebRequest(.get, server.url)
    request.tls.caFile = server.certificate
    let error = await #expect(throws: WebClientError.self) { try await client.send(request) }
    guard case .tls = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    request.tls.serverName = "tocsin.test"
    let response = try await client.send(request)
    #expect(response.status == 200)
    #expect(response.timings.tls > .zero)
    #expect(response.effectiveOrigin == server.origin)
  }

  @Test func verificationCanBeLeftOut() async throws {
    let server = try await start()
    var request = WebRequest(.get, server.url)
    request.tls.insecureSkipVerify = true
    #expect(try await client.send(request).status == 200)
    // A connection that was made without verification is not reused for a request that requires it.
    await #expect(throws: WebClientError.self) {
      try await client.send(WebRequest(.get, server.url))
    }
  }

  @Test func certificatesAreShown() async throws {
    let server = try await start()
    var request = WebRequest(.get, server.url)
    request.tls.insecureSkipVerify = true
    request.collectsCertificates = true
    let certificate = try #require(try await client.send(request).certificates.first)
    #expect(certificate.subject == "CN = tocsin.test")
    #expect(certificate.issuer == certificate.subject)
    #expect(certificate.subjectAlternativeNames == "DNS:tocsin.test")
    #expect(!certificate.serialNumber.isEmpty)
    let start = try #require(certificate.notBefore)
    #expect(certificate.notAfter == start + 2 * 86_400)
  }

  @Test func clientCertificatesAreShown() async throws {
    let server = try await start(["-Verify", "1", "-CAfile", "CERT", "-verify_return_error"])
    var request = WebRequest(.get, server.url)
    request.tls = TLSConfiguration(caFile: server.certificate, serverName: "tocsin.test")
    await #expect(throws: WebClientError.self) { try await client.send(request) }
    request.tls.certificateFile = server.certificate
    request.tls.keyFile = server.key
    #expect(try await client.send(request).status == 200)
  }

  @Test(arguments: [
    TLSConfiguration(caFile: "/no/such/ca.pem"),
    TLSConfiguration(certificateFile: "/no/such/cert.pem", insecureSkipVerify: true),
  ])
  func filesThatAreMissingAreTLSErrors(options: TLSConfiguration) async throws {
    let server = try await start()
    var request = WebRequest(.get, server.url)
    request.tls = options
    let error = await #expect(throws: WebClientError.self) { try await client.send(request) }
    guard case .tls = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("secret") == false)
  }
}
