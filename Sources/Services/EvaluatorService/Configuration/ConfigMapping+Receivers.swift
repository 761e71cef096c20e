import AlertRouting
import YAMLDecoding
import MetricModel
import WebClient

extension ConfigMapping {
  /// A text; an empty one counts as not given.
  func filled(_ key: String) -> String? {
    string(key).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `host:port`
  func hostPort(_ key: String) -> HostPort? {
    guard let text = filled(key) else { return nil }
    guard let value = HostPort(text) else {
      report("\"\(key)\" in \(context) must be host:port, not \"\(text)\"", key: key)
      return nil
    }
    return value
  }

  /// A secret, or the file that holds it, as the router takes it.
  func routingSecret(_ key: String, directory: String) -> Secret? {
    secretSource(key, directory: directory)?.forRouting
  }

  /// A secret URL; one that stands in the file must be an absolute one.
  func secretURL(_ key: String, directory: String) -> Secret? {
    let secret = routingSecret(key, directory: directory)
    if case .text(let url) = secret, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
      // The text itself may hold a token: it is not shown.
      report(
        "\"\(key)\" in \(context) must be a URL that begins with http:// or https://", key: key)
    }
    return secret
  }

  /// `http_config`; nil when it is not given.
  func httpSettings(directory: String) -> HTTPSettings? {
    guard let mapping = mapping("http_config") else { return nil }
    var settings = HTTPSettings()
    let credentials = mapping.credentials(directory: directory)
    settings.basicAuth = credentials.basic.map {
      BasicAuth(username: $0.username, password: $0.password.forRouting)
    }
    settings.authorization = credentials.bearer.map {
      Authorization(type: $0.type, credentials: $0.secret.forRouting)
    }
    settings.tls = mapping.tlsSettings("tls_config", directory: directory) ?? TLSSettings()
    settings.proxyURL = mapping.proxyURL()
    settings.headers = mapping.headers(directory: directory).map {
      HTTPHeaderSetting(name: $0.name, value: $0.value.forRouting)
    }
    settings.followRedirects = mapping.bool("follow_redirects") ?? true
    mapping.refuse(Self.unsupportedClientKeys)
    mapping.finish()
    return settings
  }

  /// A TLS section; nil when it is not given.
  func tlsSettings(_ key: String, directory: String) -> TLSSettings? {
    guard node(key) != nil else { return nil }
    let options = tlsOptions(key, directory: directory)
    var settings = TLSSettings()
    settings.caFile = options.caFile
    settings.certificateFile = options.certificateFile
    settings.keyFile = options.keyFile
    settings.serverName = options.serverName
    settings.skipsVerification = options.insecureSkipVerify
    return settings
  }
}

extension SecretSource {
  /// The secret as the router takes it.
  var forRouting: Secret {
    switch self {
    case .inline(let secret): .text(secret.reveal())
    case .file(let path): .file(path)
    }
  }
}
