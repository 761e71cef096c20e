import YAMLDecoding
import Scraping
import WebClient

extension ConfigMapping {
  /// The keys of HTTP clients that stand directly in a scrape config.
  func clientSettings(directory: String) -> ScrapeClientSettings {
    var settings = ScrapeClientSettings()
    settings.authorization = authorization(directory: directory)
    settings.tls = tlsOptions("tls_config", directory: directory)
    settings.followsRedirects = bool("follow_redirects") ?? true
    settings.proxyURL = proxyURL() ?? ""
    settings.headers = plainHeaders()
    refuse(Self.unsupportedClientKeys)
    return settings
  }

  /// The keys of HTTP clients that tocsin does not follow.
  static var unsupportedClientKeys: [String] {
    [
      "oauth2", "no_proxy", "proxy_from_environment", "proxy_connect_header", "enable_http2",
    ]
  }

  /// A proxy's URL, which must have a scheme.
  func proxyURL() -> String? {
    guard let url = string("proxy_url"), !url.isEmpty else { return nil }
    guard url.contains("://") else {
      report(
        "\"proxy_url\" in \(context) is no URL: \"\(url)\"", key: "proxy_url",
        mend: "write http://host:port")
      return nil
    }
    return url
  }

  private func authorization(directory: String) -> ScrapeClientSettings.Authorization {
    let credentials = self.credentials(directory: directory)
    if let basic = credentials.basic {
      return .basic(username: basic.username, password: basic.password.forScraping)
    }
    if let bearer = credentials.bearer {
      return .credentials(type: bearer.type, bearer.secret.forScraping)
    }
    return .none
  }

  /// `basic_auth`, `authorization` and the older `bearer_token`, of which only one may be given.
  func credentials(directory: String) -> ClientCredentials {
    var result = ClientCredentials()
    var given: [String] = []
    if let basic = mapping("basic_auth") {
      given.append("basic_auth")
      let username = basic.string("username") ?? ""
      let password = basic.secretSource("password", directory: directory)
      basic.refuse(["username_file"], mend: "write username")
      basic.finish()
      result.basic = (username, password ?? .inline(SecretString("")))
    }
    if let authorization = mapping("authorization") {
      given.append("authorization")
      result.bearer = bearer(authorization, directory: directory)
    }
    if let token = secretSource("bearer_token", directory: directory) {
      given.append("bearer_token")
      result.bearer = ("Bearer", token)
    }
    if given.count > 1 {
      diagnostics.report(
        source.error(
          "\(given.joined(separator: " and ")) in \(context) exclude each other",
          at: position(of: given[1]), mend: "keep one of them"))
    }
    return result
  }

  private func bearer(
    _ mapping: ConfigMapping, directory: String
  ) -> (type: String, secret: SecretSource)? {
    let type = mapping.string("type") ?? "Bearer"
    let secret = mapping.secretSource("credentials", directory: directory)
    mapping.refuse(["credentials_ref"])
    mapping.finish()
    if type.lowercased() == "basic" {
      mapping.report(
        "\"type\" in authorization cannot be Basic", key: "type", mend: "use basic_auth")
    }
    guard let secret else {
      mapping.missing("credentials", mend: "set credentials or credentials_file")
      return nil
    }
    return (type, secret)
  }

  /// `tls_config`
  func tlsOptions(_ key: String, directory: String) -> TLSOptions {
    var options = TLSOptions()
    guard let mapping = mapping(key) else { return options }
    func file(_ key: String) -> String? {
      mapping.string(key).flatMap {
        $0.isEmpty ? nil : ConfigPath.resolve($0, in: directory)
      }
    }
    options.caFile = file("ca_file")
    options.certificateFile = file("cert_file")
    options.keyFile = file("key_file")
    options.serverName = mapping.string("server_name").flatMap { $0.isEmpty ? nil : $0 }
    options.insecureSkipVerify = mapping.bool("insecure_skip_verify") ?? false
    if (options.certificateFile == nil) != (options.keyFile == nil) {
      let missing = options.keyFile == nil ? "key_file" : "cert_file"
      mapping.missing(missing, mend: "cert_file and key_file go together")
    }
    mapping.refuse(["ca", "cert", "key"], mend: "put it in a file and name that")
    mapping.refuse(["ca_ref", "cert_ref", "key_ref", "min_version", "max_version"])
    mapping.finish()
    return options
  }

  /// `http_headers` with one plain value each.
  private func plainHeaders() -> [String: String] {
    var result: [String: String] = [:]
    for header in headers(directory: "") {
      guard case .inline(let value) = header.value, !header.isSecret else {
        diagnostics.report(
          source.error(
            "\"secrets\" and \"files\" in http_headers of \(context) are not supported yet",
            at: header.position, mend: "use values"))
        continue
      }
      result[header.name] = value.reveal()
    }
    return result
  }

  /// `http_headers`: names with `values`, `secrets` or `files`, of which each may have one entry.
  func headers(directory: String) -> [ClientHeader] {
    guard let headers = mapping("http_headers") else { return [] }
    var result: [ClientHeader] = []
    for pair in headers.pairs {
      guard let entry = headers.mapping(pair.key, context: "http_headers") else { continue }
      let values = entry.strings("values").map { (SecretSource.inline(SecretString($0)), false) }
      let secrets = entry.strings("secrets").map { (SecretSource.inline(SecretString($0)), true) }
      let files = entry.strings("files").map {
        (SecretSource.file(ConfigPath.resolve($0, in: directory)), true)
      }
      entry.finish()
      let all = values + secrets + files
      guard let (value, isSecret) = all.first, all.count == 1 else {
        diagnostics.report(
          source.error("header \"\(pair.key)\" needs exactly one value", at: pair.position))
        continue
      }
      result.append(
        ClientHeader(name: pair.key, value: value, isSecret: isSecret, position: pair.position))
    }
    return result
  }
}

/// How a client shows who it is.
struct ClientCredentials {
  var basic: (username: String, password: SecretSource)?
  var bearer: (type: String, secret: SecretSource)?
}

/// One of `http_headers`.
struct ClientHeader {
  let name: String
  let value: SecretSource
  let isSecret: Bool
  let position: ConfigPosition
}

extension SecretSource {
  /// The secret as the scraper takes it.
  var forScraping: ScrapeSecret {
    switch self {
    case .inline(let secret): .inline(secret.reveal())
    case .file(let path): .file(path: path)
    }
  }
}
