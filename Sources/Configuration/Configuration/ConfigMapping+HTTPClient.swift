package import YAMLDecoding
package import TransportSecurity

extension ConfigMapping {
  /// Decodes `http_config`; nil if it is not given.
  package func httpConfiguration(
    _ key: String = "http_config", directory: String
  ) -> HTTPClientConfiguration? {
    guard let mapping = mapping(key) else { return nil }
    defer { mapping.finish() }
    return mapping.httpClientKeys(directory: directory)
  }

  /// Decodes the keys of `http_config` that are directly in this mapping, as in a scrape
  /// configuration.
  package func httpClientKeys(directory: String) -> HTTPClientConfiguration {
    var configuration = HTTPClientConfiguration()
    configuration.authorization = authorization(directory: directory)
    configuration.tls = tlsConfiguration(directory: directory) ?? TLSConfiguration()
    configuration.followsRedirects = bool("follow_redirects") ?? true
    configuration.proxyURL = proxyURL()
    configuration.headers = headers(directory: directory)
    refuse([
      "oauth2", "no_proxy", "proxy_from_environment", "proxy_connect_header", "enable_http2",
    ])
    return configuration
  }

  /// Decodes `tls_config`, or a similar mapping under another key; nil if it is not given.
  ///
  /// With `keyInCertificate` the certificate file may also contain the key.
  package func tlsConfiguration(
    _ key: String = "tls_config", keyInCertificate: Bool = false, directory: String
  ) -> TLSConfiguration? {
    guard let mapping = mapping(key) else { return nil }
    func file(_ key: String) -> String? {
      mapping.string(key).flatMap { $0.isEmpty ? nil : ConfigPath.resolve($0, in: directory) }
    }
    var tls = TLSConfiguration()
    tls.caFile = file("ca_file")
    tls.certificateFile = file("cert_file")
    tls.keyFile = file("key_file")
    tls.serverName = mapping.string("server_name").flatMap { $0.isEmpty ? nil : $0 }
    tls.insecureSkipVerify = mapping.bool("insecure_skip_verify") ?? false
    if tls.certificateFile == nil, tls.keyFile != nil {
      mapping.missing("cert_file", fix: "cert_file and key_file go together")
    } else if tls.certificateFile != nil, tls.keyFile == nil, !keyInCertificate {
      mapping.missing("key_file", fix: "cert_file and key_file go together")
    }
    mapping.refuse(["ca", "cert", "key"], fix: "put it in a file and name that")
    mapping.refuse(["ca_ref", "cert_ref", "key_ref", "min_version", "max_version"])
    mapping.finish()
    return tls
  }

  // MARK: - Authorization

  /// Decodes `basic_auth`, `authorization` or the older `bearer_token`, of which only one may be
  /// given.
  private func authorization(directory: String) -> HTTPClientConfiguration.Authorization? {
    var found: [(key: String, value: HTTPClientConfiguration.Authorization?)] = []
    if let basic = mapping("basic_auth") {
      let username = basic.string("username") ?? ""
      let password = basic.secret("password", directory: directory) ?? .inline("")
      basic.refuse(["username_file"], fix: "write username")
      basic.finish()
      found.append(("basic_auth", .basic(username: username, password: password)))
    }
    if let mapping = mapping("authorization") {
      found.append(("authorization", mapping.scheme(directory: directory)))
    }
    if let token = secret("bearer_token", directory: directory) {
      found.append(("bearer_token", .scheme("Bearer", credentials: token)))
    }
    if found.count > 1 {
      diagnostics.report(
        source.error(
          "\(found.map(\.key).joined(separator: " and ")) in \(context) exclude each other",
          at: position(of: found[1].key), fix: "remove one of them"))
    }
    return found.first?.value
  }

  /// Decodes the content of `authorization`.
  private func scheme(directory: String) -> HTTPClientConfiguration.Authorization? {
    let type = string("type") ?? "Bearer"
    let credentials = secret("credentials", directory: directory)
    refuse(["credentials_ref"])
    finish()
    if type.lowercased() == "basic" {
      report("\"type\" in authorization cannot be Basic", key: "type", fix: "use basic_auth")
    }
    guard let credentials else {
      missing("credentials", fix: "set credentials or credentials_file")
      return nil
    }
    return .scheme(type, credentials: credentials)
  }

  // MARK: - Proxy and headers

  /// Decodes `proxy_url`, which must have a scheme.
  private func proxyURL() -> String? {
    guard let url = string("proxy_url"), !url.isEmpty else { return nil }
    guard url.contains("://") else {
      report(
        "\"proxy_url\" in \(context) is no URL: \"\(url)\"", key: "proxy_url",
        fix: "write http://host:port")
      return nil
    }
    return url
  }

  /// Decodes `http_headers`: names with `values`, `secrets` or `files`, which together must have
  /// exactly one entry.
  private func headers(directory: String) -> [HTTPClientConfiguration.Header] {
    guard let headers = mapping("http_headers") else { return [] }
    var result: [HTTPClientConfiguration.Header] = []
    for pair in headers.pairs {
      guard let entry = headers.mapping(pair.key, context: "http_headers") else { continue }
      let texts = entry.strings("values") + entry.strings("secrets")
      let files = entry.strings("files").map { ConfigPath.resolve($0, in: directory) }
      entry.finish()
      let values = texts.map(Secret.inline) + files.map(Secret.file)
      guard let value = values.first, values.count == 1 else {
        diagnostics.report(
          source.error("header \"\(pair.key)\" needs exactly one value", at: pair.position))
        continue
      }
      result.append(HTTPClientConfiguration.Header(name: pair.key, value: value))
    }
    return result
  }
}
