/// Where a Redis server is and how to log in.
///
/// Holds a password: neither `description` nor a mirror shows it.
package struct RedisSettings: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  /// The way to the server.
  package enum Endpoint: Sendable, Equatable {
    /// A host name or address and a port.
    case tcp(host: String, port: Int)
    /// The path of a Unix socket.
    case unix(path: String)
  }

  package var endpoint: Endpoint
  /// The ACL user; nil for the default user.
  package var user: String?
  /// The password; nil logs nobody in.
  package var password: String?
  /// The database that is selected after the login.
  package var database: Int
  /// How TLS is spoken; nil for none.
  package var tls: RedisTLS?

  /// Redis' usual port.
  package static let defaultPort = 6379

  package init(
    endpoint: Endpoint, user: String? = nil, password: String? = nil, database: Int = 0,
    tls: RedisTLS? = nil
  ) {
    self.endpoint = endpoint
    self.user = user
    self.password = password
    self.database = database
    self.tls = tls
  }

  /// Reads `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS, `unix://path`, `redis+socket://path`,
  /// `host:port`, or the path of a socket.
  ///
  /// User and password may be percent-encoded. For Unix sockets `?db=`, for all forms `?password=`, and for TLS redis-py's
  /// `ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile` and `ssl_cert_reqs=none` are understood; other parameters
  /// belong to some driver and are left out.
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

/// An address of a Redis server that cannot be used. The message never repeats the address, which
/// may hold a password.
package enum RedisSettingsError: Error, Equatable, CustomStringConvertible {
  /// The address is malformed.
  case invalid(reason: String)

  package var description: String {
    switch self {
    case .invalid(let reason): "invalid Redis address: \(reason)"
    }
  }
}
