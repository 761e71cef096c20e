/// Where a PostgreSQL server is and how to log in, read from a connection string.
///
/// Holds a password: `description` never shows it, and neither does a mirror of the value.
package struct PostgresSettings: Sendable, CustomStringConvertible, CustomReflectable {
  /// libpq keywords and their values, as the connection string gave them.
  package private(set) var parameters: [String: String]
  /// Parameters of the connection string that are meant for some driver and mean nothing to libpq.
  package private(set) var ignoredParameters: [String]
  /// What every session is told at its start.
  package var session = SessionSettings()

  /// Reads a URI or a `keyword=value` string.
  ///
  /// Accepts what applications keep in `DATABASE_URL`: the schemes `postgres`, `postgresql`, each
  /// also with `+driver` behind or `jdbc:` before, and driver parameters such as Prisma's `schema`
  /// and `pgbouncer`, which are left out.
  package init(parsing text: String) throws(PostgresSettingsError) {
    let source = ConnectionString(text)
    let accepted = try source.cleaned()
    parameters = try ConnectionOptions.parse(accepted.text)
    ignoredParameters = accepted.ignored
    if parameters["port"] == "" { parameters["port"] = nil }
    try validatePorts()
  }

  /// The value of one libpq keyword; nil if neither the string nor libpq's environment variables
  /// say.
  package subscript(keyword: String) -> String? {
    parameters[keyword].flatMap { $0.isEmpty ? nil : $0 } ?? ConnectionOptions.defaults[keyword]
  }

  /// The same settings with another value for a keyword: a password read from a file, another
  /// database.
  package func setting(_ keyword: String, _ value: String) -> PostgresSettings {
    var copy = self
    copy.parameters[keyword] = value
    return copy
  }

  /// The value of the `server` label: `host:port`, with the folder as host for a Unix socket, and
  /// without names and passwords; several hosts are joined by commas.
  package var serverLabel: String {
    endpoints.map { "\($0.name):\($0.port)" }.joined(separator: ",")
  }

  /// Every host of the settings with its port, in the order in which they are tried.
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

/// One host to try.
package struct PostgresEndpoint: Equatable, Sendable {
  /// A host name, an address, the folder of a Unix socket, or nothing for libpq's default folder.
  package let host: String
  /// The numeric address if the settings name it, else empty.
  package let address: String
  /// The port, decimal.
  package let port: String

  /// The folder where Debian's PostgreSQL keeps its socket.
  static let defaultSocketFolder = "/var/run/postgresql"

  /// Whether the server is reached through a Unix socket.
  package var isLocal: Bool {
    host.isEmpty ? address.isEmpty : host.hasPrefix("/") || host.hasPrefix("@")
  }

  /// The host as a label shows it.
  var name: String {
    if !host.isEmpty { return host }
    return address.isEmpty ? Self.defaultSocketFolder : address
  }
}

/// A connection string that cannot be used. The message never repeats the string, which may hold a
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
