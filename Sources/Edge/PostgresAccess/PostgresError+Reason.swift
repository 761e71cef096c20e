extension PostgresError {
  /// Parses libpq's verbose error of a failed connection: `FATAL:  28P01: password authentication
  /// failed ...`.
  ///
  /// libpq 15 reports the SQLSTATE of a refused connection in no other way.
  init(connecting text: String, settings: PostgresSettings) {
    let line = String(text.prefix { $0 != "\n" })
    let state = Self.sqlState(in: line)
    let shown = state.map { line.replacing("\($0): ", with: "") } ?? line
    self.init(
      reason: state.flatMap(Self.connectingReason) ?? Self.reason(ofClientMessage: text),
      sqlState: state, message: Self.tidy(shown, settings))
  }

  /// Parses the error of a statement; without an SQLSTATE the connection failed.
  init(statement text: String, sqlState: String?, settings: PostgresSettings) {
    self.init(
      reason: sqlState.map(Self.statementReason) ?? .connectionLost, sqlState: sqlState,
      message: Self.tidy(text.isEmpty ? "the connection was lost" : text, settings))
  }

  private static func tidy(_ text: String, _ settings: PostgresSettings) -> String {
    let line = settings.redacting(text).prefix { $0 != "\n" }
    let squeezed = line.split(separator: " ").joined(separator: " ")
    guard squeezed.utf8.count > PostgresLimits.messageBytes else { return squeezed }
    return String(decoding: squeezed.utf8.prefix(PostgresLimits.messageBytes), as: UTF8.self) + "…"
  }

  /// The SQLSTATE in a verbose message: five capitals or digits between `:  ` and `: `.
  static func sqlState(in line: String) -> String? {
    var rest = line[...]
    while let mark = rest.firstRange(of: ":  ") {
      rest = rest[mark.upperBound...]
      let code = rest.prefix(5)
      let isCode = code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
      if code.utf8.count == 5, isCode, rest.dropFirst(5).hasPrefix(": ") { return String(code) }
    }
    return nil
  }

  private static func connectingReason(_ state: String) -> Reason? {
    switch state {
    case "28P01", "28000": .authentication
    case "53300", "53000": .tooManyConnections
    case "57P03": .startingUp
    case "57P01", "57P02": .shuttingDown
    case "57P04", "3D000": .unknownDatabase
    case "42501": .permissionDenied
    case "57014": .canceled
    case let other where other.hasPrefix("28"): .authentication
    case let other where other.hasPrefix("08"): .connectionLost
    default: .configuration
    }
  }

  static func statementReason(_ state: String) -> Reason {
    switch state {
    case "57014": .canceled
    case "40001", "40P01": .recoveryConflict
    case "55P03": .lockTimeout
    case "42501": .permissionDenied
    case "57P01", "57P02", "57P05": .shuttingDown
    case "57P03": .startingUp
    case "53300": .tooManyConnections
    case let other where other.hasPrefix("08"): .connectionLost
    default: .statement
    }
  }

  private static func reason(ofClientMessage text: String) -> Reason {
    let clues: [(String, Reason)] = [
      ("Connection refused", .refused), ("No such file or directory", .refused),
      ("expected authentication request", .connectionLost),
      ("no password supplied", .authentication), ("authentication", .authentication),
      ("SSL", .tls), ("certificate", .tls), ("TLS", .tls), ("root.crt", .tls),
      ("timeout expired", .timeout), ("timed out", .timeout),
      ("No route to host", .unreachable), ("Network is unreachable", .unreachable),
      ("Permission denied", .permissionDenied),
      ("could not translate host name", .nameResolution),
      ("server closed the connection", .connectionLost), ("reset by peer", .connectionLost),
      ("Broken pipe", .connectionLost), ("received invalid response", .connectionLost),
    ]
    return clues.first { text.contains($0.0) }?.1 ?? .configuration
  }
}
