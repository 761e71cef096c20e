import YAMLDecoding
import Configuration
import Glibc
import TestSupport
import Testing
import TransportSecurity
import WebClient

/// Decodes the keys of a client and returns the errors.
private func decode(
  _ text: String, directory: String = "/etc/p", diagnostics: ConfigDiagnostics = ConfigDiagnostics()
) throws -> HTTPClientConfiguration {
  let source = ConfigSource(text: text, file: "a.yml")
  let root = try #require(ConfigDocument.root(of: source, into: diagnostics))
  let mapping = try #require(
    ConfigMapping(root, context: "global", diagnostics: diagnostics))
  let configuration = mapping.httpClientKeys(directory: directory)
  mapping.finish()
  return configuration
}

private func complaints(_ text: String) throws -> [String] {
  let diagnostics = ConfigDiagnostics()
  _ = try decode(text, diagnostics: diagnostics)
  return diagnostics.errors.map(\.description)
}

@Test func everyKeyOfAClientIsDecoded() throws {
  let diagnostics = ConfigDiagnostics()
  let configuration = try decode(
    """
    basic_auth: {username: u, password_file: secrets/p}
    tls_config: {ca_file: ca.pem, cert_file: /c.pem, key_file: k.pem, server_name: s, insecure_skip_verify: true}
    proxy_url: http://proxy:3128
    follow_redirects: false
    http_headers: {X-A: {values: [a]}, X-B: {secrets: [b]}, X-C: {files: [c]}}
    """, diagnostics: diagnostics)
  #expect(diagnostics.errors.map(\.description) == [])
  #expect(
    configuration.authorization == .basic(username: "u", password: .file("/etc/p/secrets/p")))
  #expect(
    configuration.tls
      == TLSConfiguration(
        caFile: "/etc/p/ca.pem", certificateFile: "/c.pem", keyFile: "/etc/p/k.pem",
        serverName: "s", insecureSkipVerify: true))
  #expect(configuration.proxyURL == "http://proxy:3128")
  #expect(!configuration.followsRedirects)
  #expect(configuration.headers.map(\.name) == ["X-A", "X-B", "X-C"])
  #expect(configuration.headers.map(\.value) == [.inline("a"), .inline("b"), .file("/etc/p/c")])
  #expect(configuration.readsFiles)
  let plain = try decode("authorization: {credentials: t}")
  #expect(plain.authorization == .scheme("Bearer", credentials: .inline("t")))
  #expect(!plain.readsFiles && plain.followsRedirects && plain.proxyURL == nil)
  #expect(
    try decode("bearer_token_file: t").authorization
      == .scheme("Bearer", credentials: .file("/etc/p/t")))
}

@Test(arguments: [
  (
    "bearer_token: a\nbearer_token_file: b",
    "a.yml:2:1: \"bearer_token\" and \"bearer_token_file\" in global exclude each other; remove one of them"
  ),
  (
    "bearer_token: a\nauthorization: {credentials: c}",
    "a.yml:1:1: authorization and bearer_token in global exclude each other; remove one of them"
  ),
  (
    "tls_config: {cert_file: c}",
    "a.yml:1:13: \"key_file\" is missing in tls_config; cert_file and key_file go together"
  ),
  (
    "tls_config: {key_file: c}",
    "a.yml:1:13: \"cert_file\" is missing in tls_config; cert_file and key_file go together"
  ),
  (
    "http_headers: {X: {values: [a, b]}}",
    "a.yml:1:16: header \"X\" needs exactly one value"
  ),
])
func mistakesAreNamed(text: String, expected: String) throws {
  #expect(try complaints(text) == [expected])
}

@Test func aRequestGetsTheCurrentSecrets() async throws {
  let folder = try TemporaryDirectory()
  try folder.write("one \n", to: "token")
  try folder.write(" x\n", to: "header")
  let configuration = try decode(
    """
    authorization: {type: Token, credentials_file: token}
    http_headers: {X-A: {files: [header]}}
    tls_config: {server_name: s}
    proxy_url: http://proxy:3128
    follow_redirects: false
    """, directory: folder.path)
  var request = WebRequest(.get, "http://h/")
  for token in ["one", "two"] {
    try folder.write(token, to: "token")
    try await configuration.apply(to: &request)
    #expect(request.credentials == .custom(scheme: "Token", value: token))
  }
  #expect(request.headers["X-A"] == "x")
  #expect(request.tls.serverName == "s")
  #expect(request.proxyURL == "http://proxy:3128")
  #expect(!request.followRedirects)
  let secrets = try await configuration.secrets(within: .seconds(10))
  var dumped = ""
  dump(secrets, to: &dumped)
  for text in ["\(secrets)", dumped] { #expect(!text.contains("two")) }
}

@Test func secretFilesAreCheckedWithTheConfiguration() throws {
  let folder = try TemporaryDirectory()
  let fifo = folder.file("fifo")
  try #require(unsafe mkfifo(fifo, 0o600) == 0)
  let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
  _ = try decode("bearer_token_file: none", directory: folder.path, diagnostics: diagnostics)
  #expect(
    diagnostics.errors.map(\.description) == [
      "a.yml:1:20: cannot read the secret file \(folder.path)/none: no such file; create the file, or let this user read it"
    ])
  // A file that does not answer delays only its users, so it is not an error.
  let second = ConfigDiagnostics(readsSecretFiles: true)
  _ = try decode("bearer_token_file: fifo", directory: folder.path, diagnostics: second)
  #expect(second.errors.isEmpty)
  #expect(second.warnings.count == 1)
  #expect(second.warnings.first?.description.contains("\(fifo) did not answer") == true)
  try folder.write("", to: "fifo")
}
