import Foundation
import Synchronization
import TestSupport
import TransportSecurity
import Testing
import TransportSecurity
import WebClient

@testable import WebServer

/// The server with TLS, tested with libcurl on OpenSSL and with `openssl s_client`.
@Suite struct TLSServerTests {
  private func parameters(
    _ certificates: ThrowawayCertificates, _ name: String = "server"
  ) throws -> TLSParameters {
    TLSParameters(
      certificates: try Self.text(certificates.certificate(name)),
      privateKey: try Self.text(certificates.key(name)))
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  private func security(_ parameters: TLSParameters) throws -> ServerSecurity {
    var security = ServerSecurity()
    security.tls = try TLSCredentials(parameters)
    return security
  }

  private func start(
    _ source: @escaping SecuritySource,
    handler: @escaping HTTPHandler = { .text("\($0.body.count) \($0.remoteAddress)") }
  ) throws -> HTTPServer {
    try HTTPServer.start(
      on: ListenAddress(host: "127.0.0.1", port: 0), security: source, handler: handler)
  }

  private func request(
    _ server: HTTPServer, _ certificates: ThrowawayCertificates, client: String? = nil,
    body: [UInt8]? = nil
  ) -> WebRequest {
    var request = WebRequest(
      body == nil ? .get : .post, "https://127.0.0.1:\(server.boundPort)/", body: body)
    request.tls.caFile = certificates.authority
    request.tls.certificateFile = client.map(certificates.certificate)
    request.tls.keyFile = client.map(certificates.key)
    request.reusesConnection = false
    return request
  }

  @Test func answersOverTLSOnly() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "IP:127.0.0.1")
    let security = try security(parameters(certificates))
    let server = try start { security }
    let client = WebClient()
    // Bodies of many TLS records, in both directions of a reused connection.
    for size in [0, 1, 100_000, 3_000_000] {
      var request = request(
        server, certificates, body: [UInt8](repeating: UInt8(ascii: "x"), count: size))
      request.reusesConnection = true
      #expect(try await client.send(request).text == "\(size) 127.0.0.1")
    }
    await #expect(throws: WebClientError.self) {
      try await client.send(WebRequest(.get, "http://127.0.0.1:\(server.boundPort)/"))
    }
    await server.stop()
  }

  @Test func largeAnswersComeWhole() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "IP:127.0.0.1")
    let security = try security(parameters(certificates))
    let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    let server = try start({ security }) { _ in HTTPResponse(body: body) }
    let client = WebClient()
    async let first = client.send(request(server, certificates))
    async let second = client.send(request(server, certificates))
    let answers = try await [first, second]
    #expect(answers.allSatisfy { $0.body == body })
    await server.stop()
  }

  @Test(
    arguments: [
      (TLSParameters.ClientAuthentication.none, nil, true), (.none, "client", true),
      (.request, nil, true), (.request, "stranger", true),
      (.require, nil, false), (.require, "stranger", true),
      (.verifyIfGiven, nil, true), (.verifyIfGiven, "client", true),
      (.verifyIfGiven, "stranger", false),
      (.requireAndVerify, nil, false), (.requireAndVerify, "client", true),
      (.requireAndVerify, "stranger", false), (.requireAndVerify, "server", false),
    ] as [(TLSParameters.ClientAuthentication, String?, Bool)])
  func clientsShowWhatIsDemanded(
    demand: TLSParameters.ClientAuthentication, client: String?, isTaken: Bool
  ) async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "IP:127.0.0.1")
    try await certificates.sign("client", purpose: "clientAuth", names: "DNS:scraper.test")
    // A certificate of another authority.
    let others = try await ThrowawayCertificates()
    try await others.sign("stranger", purpose: "clientAuth", names: "DNS:scraper.test")
    var parameters = try parameters(certificates)
    parameters.clientAuthentication = demand
    parameters.clientAuthorities = try Self.text(certificates.authority)
    let security = try security(parameters)
    let server = try start { security }
    var request = request(server, certificates, client: client == "stranger" ? nil : client)
    if client == "stranger" {
      request.tls.certificateFile = others.certificate("stranger")
      request.tls.keyFile = others.key("stranger")
    }
    await expect(request, isTaken: isTaken)
    #expect(server.counters.requests == (isTaken ? 1 : 0))
    await server.stop()
  }

  @Test(arguments: [
    ("DNS:scraper.test", ["scraper.test"], true),
    ("DNS:other.test,DNS:scraper.test", ["scraper.test"], true),
    ("DNS:other.test", ["scraper.test"], false),
    ("IP:10.1.2.3", ["10.1.2.3"], true), ("IP:2001:db8::1", ["2001:db8::1"], true),
    ("email:a@b.test", ["a@b.test"], true), ("URI:spiffe://x/y", ["spiffe://x/y"], true),
    ("DNS:scraper.test", [], false),
  ])
  func namesOfClientsAreLookedAt(names: String, allowed: [String], isTaken: Bool) async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "IP:127.0.0.1")
    try await certificates.sign("client", purpose: "clientAuth", names: names)
    var parameters = try parameters(certificates)
    parameters.clientAuthentication = .requireAndVerify
    parameters.clientAuthorities = try Self.text(certificates.authority)
    parameters.clientAllowedNames = allowed
    let security = try security(parameters)
    let server = try start { security }
    await expect(request(server, certificates, client: "client"), isTaken: isTaken)
    await server.stop()
  }

  private func expect(_ request: WebRequest, isTaken: Bool) async {
    do {
      let answer = try await WebClient().send(request)
      #expect(isTaken && answer.status == 200)
    } catch {
      #expect(!isTaken, "\(error)")
    }
  }

  @Test func newConnectionsGetNewCredentials() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("old", purpose: "serverAuth", names: "IP:127.0.0.1")
    try await certificates.sign("new", purpose: "serverAuth", names: "IP:127.0.0.1")
    let current = Mutex(try security(parameters(certificates, "old")))
    let renewed = try security(parameters(certificates, "new"))
    let server = try start { current.withLock { $0 } }
    let client = WebClient()
    var lasting = request(server, certificates)
    lasting.reusesConnection = true
    lasting.collectsCertificates = true
    #expect(try await client.send(lasting).certificates.first?.subject == "CN = old")
    current.withLock { $0 = renewed }
    // The old connection continues, although only it still retains its credentials.
    #expect(try await client.send(lasting).status == 200)
    lasting.reusesConnection = false
    #expect(try await client.send(lasting).certificates.first?.subject == "CN = new")
    await server.stop()
  }

  @Test(arguments: [
    (TLSVersion.tls12, TLSVersion.tls13, "-tls1_2", true), (.tls12, .tls13, "-tls1_3", true),
    (.tls13, .tls13, "-tls1_2", false), (.tls12, .tls12, "-tls1_3", false),
  ])
  func onlyTheVersionsAskedForAreSpoken(
    minimum: TLSVersion, maximum: TLSVersion, flag: String, works: Bool
  ) async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "IP:127.0.0.1")
    var parameters = try parameters(certificates)
    parameters.minimumVersion = minimum
    parameters.maximumVersion = maximum
    #expect(try await handshake(parameters, [flag]) == works)
  }

  @Test func onlyTheCiphersAskedForAreSpoken() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "IP:127.0.0.1")
    var parameters = try parameters(certificates)
    parameters.cipherSuites = [.ecdsaAES256GCM, .ecdsaChaCha20]
    parameters.curves = [.p384]
    let table: [([String], Bool)] = [
      (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"], true),
      (["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"], true),
      (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"], false),
      (["-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384"], true),
      (["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"], false),
      (["-tls1_3", "-groups", "P-384"], true), (["-tls1_3", "-groups", "X25519"], false),
    ]
    for (flags, works) in table {
      #expect(try await handshake(parameters, flags) == works, "\(flags)")
    }
  }

  private func handshake(_ parameters: TLSParameters, _ flags: [String]) async throws -> Bool {
    let security = try security(parameters)
    let server = try start { security }
    let client = try ChildProcess.start(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(server.boundPort)", "-brief"] + flags)
    let status = try await client.waitForExit()
    await server.stop()
    return status == 0
  }

  @Test func brokenCredentialsSaySo() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "IP:127.0.0.1")
    try await certificates.sign("other", purpose: "serverAuth", names: "IP:127.0.0.1")
    var mixed = try parameters(certificates)
    mixed.privateKey = try Self.text(certificates.key("other"))
    var authorities = try parameters(certificates)
    authorities.clientAuthorities = "no certificate"
    for (parameters, expected) in [
      (TLSParameters(certificates: "", privateKey: ""), "keyPair"),
      (TLSParameters(certificates: "no PEM", privateKey: "no PEM"), "keyPair"),
      (mixed, "keyPair"), (authorities, "clientAuthorities"),
    ] {
      let fault = #expect(throws: TLSCredentials.Fault.self) { try TLSCredentials(parameters) }
      #expect("\(try #require(fault))".hasPrefix("\(expected)(\""))
    }
  }

  @Test func aListOfSuitesMustBeSupportedByGnuTLS() throws {
    var parameters = TLSParameters(certificates: "", privateKey: "")
    let table: [([TLSCipherSuite], [TLSCipherSuite])] = [
      ([], []), ([.aes128GCM], []), ([.rsaAES128GCM], []),
      ([.rsaAES128GCM, .ecdsaAES256GCM], [.ecdsaAES128GCM, .rsaAES256GCM]),
      ([.rsaAES128GCM, .ecdsaAES128GCM, .chacha20], []),
    ]
    for (suites, unlisted) in table {
      parameters.cipherSuites = suites
      #expect(parameters.unlistedSuites == unlisted)
    }
    parameters.cipherSuites = [.rsaAES128GCM, .rsaAES256CBC]
    parameters.curves = [.x25519, .p256]
    #expect(
      parameters.priorities
        == "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:-CIPHER-ALL:-MAC-ALL:+ECDHE-RSA:+AES-128-GCM:+AEAD:+AES-256-CBC:+SHA1:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:%SERVER_PRECEDENCE"
    )
  }
}
