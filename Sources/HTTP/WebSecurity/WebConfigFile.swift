import Configuration
package import YAMLDecoding
package import WebServer

/// A file for `--web.config.file`, in the format that all exporters, Prometheus and Alertmanager
/// share (exporter-toolkit's `web-configuration.md`): TLS, basic authentication, headers and a rate
/// limit.
package struct WebConfigFile: Sendable {
  /// The requirements and response headers of the server.
  package var security = ServerSecurity()
  /// The files whose change requires a new reading: the file itself, certificates and keys.
  package var files: [String]

  /// Reads the file and those that it names. Errors are reported; the result must not be used then.
  package static func read(_ path: String, diagnostics: ConfigDiagnostics) -> WebConfigFile {
    var file = WebConfigFile(files: [path])
    guard let source = ConfigSource.read(path: path, into: diagnostics),
      let node = ConfigDocument.root(of: source, into: diagnostics),
      let root = ConfigMapping(node, context: "the web configuration", diagnostics: diagnostics)
    else { return file }
    if let tls = root.mapping("tls_server_config") {
      var decoder = TLSSection(tls, directory: ConfigPath.directory(of: path))
      file.security.tls = decoder.read()
      file.files += decoder.files
      tls.finish()
    }
    if let http = root.mapping("http_server_config") {
      file.security.headers = headers(in: http)
      http.finish()
    }
    file.security.passwords = passwords(in: root)
    if let rate = root.mapping("rate_limit") {
      file.security.rateLimiter = rateLimiter(in: rate)
      rate.finish()
    }
    root.finish()
    return file
  }

  // MARK: - Headers

  /// The allowed header fields, and the allowed values where they are restricted.
  private static let knownHeaders: [(name: String, values: [String])] = [
    ("Content-Security-Policy", []), ("X-Frame-Options", ["deny", "sameorigin"]),
    ("X-Content-Type-Options", ["nosniff"]), ("X-XSS-Protection", []),
    ("Strict-Transport-Security", []),
  ]

  private static func headers(in http: ConfigMapping) -> HTTPHeaders {
    // HTTP/2 is only an optimization; clients that prefer it get HTTP/1.1.
    _ = http.bool("http2")
    guard let mapping = http.mapping("headers", context: "headers") else { return [:] }
    var headers: HTTPHeaders = [:]
    for (name, values) in knownHeaders {
      guard let value = mapping.string(name), !value.isEmpty else { continue }
      if !values.isEmpty, !values.contains(value.lowercased()) {
        mapping.report(
          "\"\(name)\" cannot be \"\(value)\"", key: name,
          fix: "use \(values.joined(separator: " or "))")
      } else if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
        mapping.report("\"\(name)\" holds a control character", key: name)
      } else {
        headers.append(name, value)
      }
    }
    mapping.finish()
    return headers
  }

  // MARK: - Users

  private static func passwords(in root: ConfigMapping) -> BasicAuthentication? {
    var users: [String: PasswordHash] = [:]
    for pair in root.stringPairs("basic_auth_users") {
      do {
        users[pair.key] = try PasswordHash(pair.text)
      } catch {
        root.diagnostics.report(
          pair.node.error(
            "the password of user \"\(pair.key)\" \(error)",
            fix: "write what \"htpasswd -nBC 10 ''\" prints behind the colon"))
      }
      if pair.key.contains(":") {
        root.diagnostics.report(
          root.source.error(
            "user \"\(pair.key)\" has a colon, which no client can send", at: pair.position))
      }
    }
    return users.isEmpty ? nil : BasicAuthentication(users: users)
  }

  // MARK: - Rate

  private static func rateLimiter(in rate: ConfigMapping) -> RateLimiter? {
    let interval = rate.duration("interval")
    let burst = rate.int("burst", in: 0...1_000_000)
    guard let interval, interval > .zero else { return nil }
    guard let burst else {
      rate.missing("burst", fix: "say how many requests may come at once")
      return nil
    }
    return RateLimiter(.init(interval: interval, burst: burst))
  }
}
