import Concurrency
import RedisAccess
import TestSupport
import Testing
import TransportSecurity

/// Sessions with a real Redis behind TLS.
@Suite struct RedisTLSTests {
  private func start(
    _ certificates: ThrowawayCertificates, names: String = "IP:127.0.0.1,DNS:redis.test",
    clients: String = "no"
  ) async throws -> ThrowawayRedis {
    try await certificates.sign("server", purpose: "serverAuth", names: names)
    return try await ThrowawayRedis.start(
      password: "open-sesame",
      tls: [
        "--tls-cert-file", certificates.certificate("server"), "--tls-key-file",
        certificates.key("server"), "--tls-ca-cert-file", certificates.authority,
        "--tls-auth-clients", clients,
      ])
  }

  private func settings(
    _ server: ThrowawayRedis, host: String = "127.0.0.1", _ change: (inout TLSConfiguration) -> Void
  ) throws -> RedisSettings {
    let port = try #require(server.tlsPort)
    var settings = try RedisSettings(parsing: "rediss://:open-sesame@\(host):\(port)/2")
    var tls = TLSConfiguration()
    change(&tls)
    settings.tls = tls
    return settings
  }

  private func ask(
    _ settings: RedisSettings, _ words: [String] = ["PING"], within budget: Duration = .seconds(30)
  ) async throws -> RedisReply {
    let session = RedisSession(settings, backoff: Backoff(first: .zero, longest: .zero))
    return try await session.command(words, deadline: .now + budget)
  }

  private func failure(_ settings: RedisSettings, within budget: Duration = .seconds(30)) async
    -> RedisError?
  {
    await #expect(throws: RedisError.self) { try await ask(settings, within: budget) }
  }

  @Test func largeRepliesAndCommandsComeThrough() async throws {
    let certificates = try await ThrowawayCertificates()
    let server = try await start(certificates)
    let session = RedisSession(
      try settings(server) { $0.caFile = certificates.authority },
      backoff: Backoff(first: .zero, longest: .zero))
    for size in [0, 1, 16_384, 16_385, 3_000_000] {
      let text = String(repeating: "x", count: size)
      let deadline = ContinuousClock.now + .seconds(30)
      #expect(try await session.command(["SET", "k", text], deadline: deadline) == .status("OK"))
      #expect(try await session.command(["GET", "k"], deadline: deadline).bytes?.count == size)
    }
    #expect(session.state.sessionsOpened == 1)
    server.resume()
    try await server.stop()
    let error = await #expect(throws: RedisError.self) {
      try await session.command(["PING"], deadline: .now + .seconds(30))
    }
    #expect(error.map { [.connectionLost, .refused].contains($0.reason) } == true)
  }

  @Test func serversMustShowACertificateThatHolds() async throws {
    let certificates = try await ThrowawayCertificates()
    let server = try await start(certificates)
    let others = try await ThrowawayCertificates()
    let trusting = { (tls: inout TLSConfiguration) in tls.caFile = certificates.authority }
    // Trusted by address, by another name, and not at all.
    #expect(try await ask(settings(server, trusting)).text == "PONG")
    #expect(
      try await ask(
        settings(server) {
          trusting(&$0)
          $0.serverName = "redis.test"
        }
      ).text == "PONG")
    #expect(try await ask(settings(server) { $0.insecureSkipVerify = true }).text == "PONG")
    let refused: [(String, RedisSettings)] = [
      ("system", try settings(server) { _ in }),
      ("another authority", try settings(server) { $0.caFile = others.authority }),
      (
        "another name",
        try settings(server) {
          trusting(&$0)
          $0.serverName = "other.test"
        }
      ),
      ("a name of another host", try settings(server, host: "localhost", trusting)),
    ]
    for (case_, settings) in refused {
      let error = await failure(settings)
      #expect(error?.reason == .tls, "\(case_)")
      #expect(
        error?.message.contains("certificate was refused") == true,
        "\(case_): \(error?.message ?? "")")
    }
    let missing = await failure(try settings(server) { $0.caFile = "/nowhere.crt" })
    #expect(missing?.message.contains("/nowhere.crt cannot be used") == true)
  }

  @Test func clientsShowACertificateWhereTheyMust() async throws {
    let certificates = try await ThrowawayCertificates()
    let server = try await start(certificates, clients: "yes")
    try await certificates.sign("client", purpose: "clientAuth", names: "DNS:tocsin")
    let nameless = try settings(server) { $0.caFile = certificates.authority }
    #expect(await failure(nameless).map { [.tls, .connectionLost].contains($0.reason) } == true)
    let known = try settings(server) {
      $0.caFile = certificates.authority
      $0.certificateFile = certificates.certificate("client")
      $0.keyFile = certificates.key("client")
    }
    #expect(try await ask(known).text == "PONG")
  }

  @Test func plainServersAndSilentOnesAreReported() async throws {
    let server = try await ThrowawayRedis.start()
    var plain = try RedisSettings(parsing: "rediss://127.0.0.1:\(server.port)")
    plain.tls?.insecureSkipVerify = true
    // Redis takes the handshake for the start of a command and waits for the rest.
    let error = await failure(plain, within: .milliseconds(300))
    #expect(error?.reason == .timeout)
    #expect(error?.message.contains("is this the port for TLS?") == true)
    server.pause()
    #expect(await failure(plain, within: .milliseconds(300))?.reason == .timeout)
    server.resume()
  }
}
