/// The address of a PostgreSQL server and the login, read from a connection string.
///
/// It contains a password: neither `description` nor a mirror of the value shows it.
package struct PostgresSettings: Sendable, CustomStringConvertible, CustomReflectable {
  /// The libpq keywords and values of the connection string.
  package private(set) var parameters: [String: String]
  /// Parameters of the connection string that are meant for a driver and that libpq does not know.
  package private(set) var ignoredParameters: [String]
  /// The settings that are applied at the start of every session.
  package var session = SessionSettings()

  /// Parses a URI or a `keyword=value` string.
  ///
  /// Accepts what applications store in `DATABASE_URL`: the schemes `postgres` and `postgresql`,
  /// optionally followed by `+driver` or preceded by `jdbc:`, and driver parameters such as
  /// Prisma's `schema` and `pgbouncer`, which are ignored.
  ///
  /// - Throws: ``PostgresSettingsError/invalid(reason:)``.
  package init(parsing text: String) throws(PostgresSettingsError) {
    let source = ConnectionString(text)
    let accepted = try source.cleaned()
    parameters = try ConnectionOptions.parse(accepted.text)
    ignoredParameters = accepted.ignored
    if parameters["port"] == "" { parameters["port"] = nil }
    try validatePorts()
  }

  /// The value of one libpq keyword; nil if neither the string nor libpq's environment variables
  /// set it.
  package subscript(keyword: String) -> String? {
    parameters[keyword].flatMap { $0.isEmpty ? nil : $0 } ?? ConnectionOptions.defaults[keyword]
  }

  /// The same settings with another value of one keyword, such as a password read from a file or
  /// another database.
  package func setting(_ keyword: String, _ value: String) -> PostgresSettings {
    var copy = self
    copy.parameters[keyword] = value
    return copy
  }

  /// The value of the `server` label: `host:port` without user and password. A Unix socket's folder
  /// takes the place of the host; several hosts are joined by commas.
  package var serverLabel: String {
    endpoints.map { "\($0.name):\($0.port)" }.joined(separator: ",")
  }

  /// All hosts of the settings with their ports, in the order in which they are tried.
  package var endpoints: [PostgresEndpoint] {
    let hosts = (self["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let addresses = (self["hostaddr"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let ports = (self["port"] ?? "5432").split(separator: ",", omittingEmptySubsequences: false)
    return (0..<max(hosts.count, addresses.count, 1)).map { index in
      PostgresEndpoint(
        host: index < hosts.count ? String(hosts[index]) : "",
        address: index < addresses.count ? String(addresses[index]) : "",
        port: ports.isEmpty ? "5432" : String(ports[min(index, ports.count - 1)]))
    }
  }

  private func validatePorts() throws(PostgresSettingsError) {
    for endpoint in endpoints where !endpoint.port.isEmpty {
      guard let port = Int(endpoint.port), (1...65_535).contains(port) else {
        throw .invalid(reason: "port must be a number from 1 to 65535")
      }
    }
  }

  package var description: String {
    let shown = parameters.keys.sorted().map { key in
      "\(key)=\(ConnectionOptions.secrets.contains(key) ? "***" : parameters[key] ?? "")"
    }
    return shown.joined(separator: " ")
  }

  package var customMirror: Mirror { Mirror(self, children: ["settings": description]) }

  /// The text with every secret of these settings replaced by `***`.
  package func redacting(_ text: String) -> String {
    var text = text
    for keyword in ConnectionOptions.secrets {
      guard let secret = self[keyword], secret.utf8.count >= 3 else { continue }
      text = text.replacing(secret, with: "***")
    }
    return text
  }
}

/// One host of the settings.
package struct PostgresEndpoint: Equatable, Sendable {
  /// A host name, an address, the folder of a Unix socket, or an empty text for libpq's default
  /// folder.
  package let host: String
  /// The numeric address if the settings contain it, otherwise empty.
  package let address: String
  /// The port in decimal.
  package let port: String

  /// The folder of PostgreSQL's Unix socket on Debian.
  static let defaultSocketFolder = "/var/run/postgresql"

  /// Whether the server is reached through a Unix socket.
  package var isLocal: Bool {
    host.isEmpty ? address.isEmpty : host.hasPrefix("/") || host.hasPrefix("@")
  }

  /// The host as it appears in a label.
  var name: String {
    if !host.isEmpty { return host }
    return address.isEmpty ? Self.defaultSocketFolder : address
  }
}

/// An invalid connection string. The message never contains the string, which may include a
/// password.
package enum PostgresSettingsError: Error, Equatable, CustomStringConvertible {
  /// The string is malformed.
  case invalid(reason: String)

  package var description: String {
    switch self {
    case .invalid(let reason): "invalid PostgreSQL connection string: \(reason)"
    }
  }
}
