package import TransportSecurity

/// The address of a Redis server and the login.
///
/// It contains a password: neither `description` nor a mirror shows it.
package struct RedisSettings: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  /// The address of the server.
  package enum Endpoint: Sendable, Equatable {
    /// A host name or address and a port.
    case tcp(host: String, port: Int)
    /// The path of a Unix socket.
    case unix(path: String)
  }

  /// The address of the server.
  package var endpoint: Endpoint
  /// The ACL user; nil for the default user.
  package var user: String?
  /// The password; nil for no authentication.
  package var password: String?
  /// The database that is selected after the login.
  package var database: Int
  /// The TLS settings; nil for a connection without TLS.
  package var tls: TLSConfiguration?

  /// Redis' default port.
  package static let defaultPort = 6379

  /// Creates settings from their parts.
  package init(
    endpoint: Endpoint, user: String? = nil, password: String? = nil, database: Int = 0,
    tls: TLSConfiguration? = nil
  ) {
    self.endpoint = endpoint
    self.user = user
    self.password = password
    self.database = database
    self.tls = tls
  }

  /// Parses `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS, `unix://path`,
  /// `redis+socket://path`, `host:port`, or the path of a socket.
  ///
  /// User and password may be percent-encoded. `?db=` is accepted for Unix sockets, `?password=`
  /// for all forms, and redis-py's `ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile` and
  /// `ssl_cert_reqs=none` for TLS; other parameters are meant for a driver and are ignored.
  ///
  /// - Throws: ``RedisSettingsError/invalid(reason:)``.
  package init(parsing text: String) throws(RedisSettingsError) {
    var parser = RedisAddress(text)
    self = try parser.parse()
  }

  /// The value of a `server` label: `host:port` or the path of the socket.
  package var serverLabel: String {
    switch endpoint {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    }
  }

  /// The host; nil for a Unix socket.
  var host: String? {
    guard case .tcp(let host, _) = endpoint else { return nil }
    return host
  }

  package var description: String {
    let login = password == nil ? "" : "\(user ?? ""):***@"
    return switch endpoint {
    case .tcp: "\(tls == nil ? "redis" : "rediss")://\(login)\(serverLabel)/\(database)"
    case .unix(let path): "unix://\(login)\(path)?db=\(database)"
    }
  }

  package var customMirror: Mirror { Mirror(self, children: ["settings": description]) }

  /// The text with the password replaced by `***`.
  func redacting(_ text: String) -> String {
    guard let password, password.utf8.count >= 3 else { return text }
    return text.replacing(password, with: "***")
  }
}

/// An invalid address of a Redis server. The message never contains the address, which may include
/// a password.
package enum RedisSettingsError: Error, Equatable, CustomStringConvertible {
  /// The address is malformed.
  case invalid(reason: String)

  package var description: String {
    switch self {
    case .invalid(let reason): "invalid Redis address: \(reason)"
    }
  }
}
