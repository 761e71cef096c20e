import YAMLDecoding
import Foundation
import Logging
import TestSupport
import Testing
import WebServer

@testable import WebSecurity

@Suite struct WebConfigFileTests {
  private static let hash = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"

  @Test func everyKeyOfTheFormatIsAccepted() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "DNS:a")
    let folder = certificates.folder
    let path = try folder.write(
      """
      tls_server_config:
        cert_file: server.crt
        key_file: ./server.key
        client_auth_type: RequireAndVerifyClientCert
        client_ca_file: ca.crt
        client_allowed_sans: [scraper.test]
        min_version: TLS12
        max_version: TLS13
        cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
        prefer_server_cipher_suites: true
        curve_preferences: [X25519, CurveP256]
      http_server_config:
        http2: true
        headers:
          Content-Security-Policy: default-src 'self'
          X-Frame-Options: DENY
          X-Content-Type-Options: nosniff
          X-XSS-Protection: "0"
          Strict-Transport-Security: max-age=1
      basic_auth_users:
        alice: \(Self.hash)
      rate_limit:
        interval: 1s
        burst: 20
      """, to: "web.yml")
    let diagnostics = ConfigDiagnostics()
    let file = WebConfigFile.read(path, diagnostics: diagnostics)
    #expect(diagnostics.errors.map(\.description) == [])
    #expect(file.files == ["web.yml", "server.crt", "server.key", "ca.crt"].map(folder.file))
    #expect(file.security.tls != nil)
    #expect(file.security.headers.fields.map(\.name).count == 5)
    #expect(file.security.passwords?.users.keys.sorted() == ["alice"])
    #expect(file.security.rateLimiter?.limit == .init(interval: .seconds(1), burst: 20))
  }

  @Test func certificatesCanBeInline() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "DNS:a")
    let indented = { (path: String) in
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { "    \($0)\n" }
        .joined()
    }
    let path = try certificates.folder.write(
      """
      tls_server_config:
        cert: |
      \(try indented(certificates.certificate("server")))
        key: |
      \(try indented(certificates.key("server")))
      """, to: "web.yml")
    let diagnostics = ConfigDiagnostics()
    let file = WebConfigFile.read(path, diagnostics: diagnostics)
    #expect(diagnostics.errors.map(\.description) == [])
    #expect(file.security.tls != nil)
  }

  @Test(arguments: [
    "", "# nothing\n", "tls_server_config:\nbasic_auth_users:\n", "tls_server_config: {}", "{}",
  ])
  func anEmptyFileRequiresNothing(text: String) throws {
    let folder = try TemporaryDirectory()
    let diagnostics = ConfigDiagnostics()
    let file = WebConfigFile.read(
      try folder.write(text, to: "web.yml"), diagnostics: diagnostics)
    #expect(diagnostics.isEmpty)
    #expect(file.security.tls == nil && file.security.passwords == nil)
  }

  @Test(arguments: [
    ("tls_server_config: {min_version: TLS12}", "1:20: \"cert_file\" is missing"),
    ("tls_server_config: {cert_file: server.crt}", "\"key_file\" is missing"),
    (
      "tls_server_config: {cert_file: none.crt, key_file: server.key}",
      "none.crt cannot be read: no such file"
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: other.key}",
      "1:32: certificate and key cannot be used"
    ),
    (
      "tls_server_config: {cert_file: server.crt, cert: x, key_file: server.key}",
      "exclude each other"
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, client_ca_file: ca.crt}",
      "no effect without a client_auth_type"
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, client_auth_type: RequireAndVerifyClientCert}",
      "add client_ca_file"
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, client_auth_type: Always}",
      "cannot be \"Always\""
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, client_auth_type: RequestClientCert, client_allowed_sans: [a]}",
      "must show a certificate"
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, min_version: TLS13, max_version: TLS12}",
      "above max_version"
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, min_version: SSL3}",
      "cannot be \"SSL3\""
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, cipher_suites: [RC4]}",
      "unknown \"RC4\""
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]}",
      "is one of TLS 1.3"
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]}",
      "add TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
    ),
    (
      "tls_server_config: {cert_file: server.crt, key_file: server.key, curve_preferences: [P1]}",
      "unknown \"P1\""
    ),
    ("http_server_config: {headers: {X-Frame-Options: allow}}", "use deny or sameorigin"),
    ("http_server_config: {headers: {Server: x}}", "unknown key \"Server\" in headers"),
    ("http_server_config: {headers: {X-XSS-Protection: \"a\\nb\"}}", "control character"),
    (
      "basic_auth_users: {alice: secret}",
      "1:27: the password of user \"alice\" is no bcrypt hash; write what"
    ),
    ("basic_auth_users: [alice]", "must be a mapping"),
    ("rate_limit: {interval: 1s}", "\"burst\" is missing"),
    ("rate_limit: {interval: often, burst: 1}", "must be a duration"),
    ("tls_config: {}", "unknown key \"tls_config\" in the web configuration"),
    ("a: [", "2:1"), ("[]", "must be a mapping"),
  ])
  func everyMistakeIsReported(text: String, message: String) async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "DNS:a")
    try await certificates.sign("other", purpose: "serverAuth", names: "DNS:a")
    let diagnostics = ConfigDiagnostics()
    _ = WebConfigFile.read(
      try certificates.folder.write(text + "\n", to: "web.yml"), diagnostics: diagnostics)
    #expect(diagnostics.count == 1, "\(diagnostics.errors.map(\.description))")
    let found = diagnostics.errors.first?.description ?? ""
    #expect(found.contains(message), "\(found)")
    // Passwords and keys are never repeated in errors.
    #expect(!found.contains("secret;") && !found.contains("PRIVATE"))
  }

  @Test func changesAreReadUnlessTheyHaveErrors() async throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("basic_auth_users: {alice: \(Self.hash)}\n", to: "web.yml")
    let config = try WebConfig(path: path, logger: .init(label: "test"))
    let first = try #require(config.current().passwords)
    try folder.write("basic_auth_users: {bob: broken}\n", to: "web.yml")
    try await eventually("the mistake is seen") { !config.isCurrent }
    #expect(config.current().passwords === first)
    // With the same users the cached password checks remain.
    try folder.write(
      "basic_auth_users: {alice: \(Self.hash)}\nhttp_server_config: {headers: {X-XSS-Protection: \"0\"}}\n",
      to: "web.yml")
    try await eventually("the file is read") { config.isCurrent }
    #expect(config.current().passwords === first)
    #expect(config.current().headers["X-XSS-Protection"] == "0")
    try folder.write("basic_auth_users: {bob: \(Self.hash)}\n", to: "web.yml")
    try await eventually("the user is known") {
      config.current().passwords?.users.keys.sorted() == ["bob"]
    }
  }

  @Test func aMissingFileIsReadWhenItAppears() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "DNS:a")
    let folder = certificates.folder
    let path = try folder.write(
      "tls_server_config: {cert_file: server.crt, key_file: server.key}\n", to: "web.yml")
    let config = try WebConfig(path: path, logger: .init(label: "test"))
    let old = try #require(config.current().tls)
    try folder.write("tls_server_config: {cert_file: new.crt, key_file: new.key}\n", to: "web.yml")
    try await eventually("the missing files are noticed") { !config.isCurrent }
    #expect(config.current().tls === old)
    try await certificates.sign("new", purpose: "serverAuth", names: "DNS:a")
    try await eventually("the new files are read") {
      config.isCurrent && config.current().tls !== old
    }
  }

  @Test func tlsCannotBeSwitched() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "DNS:a")
    let section = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"
    let path = try certificates.folder.write(section, to: "web.yml")
    let config = try WebConfig(path: path, logger: .init(label: "test"))
    let old = try #require(config.current().tls)
    try certificates.folder.write("{}\n", to: "web.yml")
    try await eventually("the change is seen") { !config.isCurrent }
    #expect(config.current().tls === old)
    // A renewed certificate is noticed even if key and certificate are replaced one after the
    // other.
    try certificates.folder.write(section, to: "web.yml")
    try await eventually("the file is read") { config.isCurrent }
    try await certificates.sign("server", purpose: "serverAuth", names: "DNS:b")
    try await eventually("the certificate is read") {
      config.isCurrent && config.current().tls !== old
    }
  }
}
