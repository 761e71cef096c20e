/// A failure of a PostgreSQL server or of the connection to it. The message contains no secret of
/// the connection settings.
package struct PostgresError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of failure, from a list short enough for a label.
  package let reason: Reason
  /// The SQLSTATE, if the server sent one.
  package let sqlState: String?
  /// The first line of the message, without secrets.
  package let message: String

  package var description: String {
    sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message
  }

  /// Whether the session is unusable, so that the next statement needs a new one.
  package var endsSession: Bool {
    switch reason {
    case .refused, .unreachable, .nameResolution, .timeout, .authentication, .tooManyConnections,
      .startingUp, .shuttingDown, .tls, .unknownDatabase, .connectionLost, .configuration:
      true
    case .permissionDenied, .canceled, .recoveryConflict, .lockTimeout, .tooManyRows, .statement:
      false
    }
  }

  /// The kinds of failures; the raw value is used in labels and in `/health`.
  package enum Reason: String, Sendable, CaseIterable {
    /// The server does not listen at the address.
    case refused
    /// No route, or the network is down.
    case unreachable
    /// The host name has no address, or the resolver did not answer.
    case nameResolution = "name_resolution"
    /// The deadline passed.
    case timeout
    /// Wrong password, unknown role, or no matching line in pg_hba.conf.
    case authentication
    /// `max_connections`, or a limit of the role or database, is used up.
    case tooManyConnections = "too_many_connections"
    /// The server is starting or recovering.
    case startingUp = "starting_up"
    /// The server is stopping, or ended this session.
    case shuttingDown = "shutting_down"
    /// The TLS handshake failed.
    case tls
    /// The database does not exist.
    case unknownDatabase = "unknown_database"
    /// The connection broke.
    case connectionLost = "connection_lost"
    /// The settings are invalid.
    case configuration
    /// The role lacks a privilege.
    case permissionDenied = "permission_denied"
    /// The server cancelled the statement, by its own timeout or at somebody's request.
    case canceled
    /// A standby cancelled the statement in favour of replay.
    case recoveryConflict = "recovery_conflict"
    /// A lock was not free in time.
    case lockTimeout = "lock_timeout"
    /// The result has more than ``PostgresLimits/rows`` rows.
    case tooManyRows = "too_many_rows"
    /// Any other error of a statement.
    case statement
  }
}

/// Limits on the results of a server.
package enum PostgresLimits {
  /// Rows of one result.
  package static let rows = 200_000
  /// Bytes of an error message that are retained.
  package static let messageBytes = 500
}
