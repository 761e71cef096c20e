/// Something that PostgreSQL, or the way to it, said no to. The message holds no secret of the
/// connection settings.
package struct PostgresError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure it is, from a list short enough for a label.
  package let reason: Reason
  /// The five-character code of the server, if the server spoke.
  package let sqlState: String?
  /// The first line of the message, without secrets.
  package let message: String

  package var description: String {
    sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message
  }

  /// Whether the session is of no use any more, so that the next statement needs a new one.
  package var endsSession: Bool {
    switch reason {
    case .refused, .unreachable, .nameResolution, .timeout, .authentication, .tooManyConnections,
      .startingUp, .shuttingDown, .tls, .unknownDatabase, .connectionLost, .configuration:
      true
    case .permissionDenied, .canceled, .recoveryConflict, .lockTimeout, .tooManyRows, .statement:
      false
    }
  }

  /// Kinds of failure; the raw value is what labels and `/health` show.
  package enum Reason: String, Sendable, CaseIterable {
    /// Nothing listens there.
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
    /// TLS could not be agreed on.
    case tls
    /// The database does not exist.
    case unknownDatabase = "unknown_database"
    /// The connection broke.
    case connectionLost = "connection_lost"
    /// The settings cannot work.
    case configuration
    /// The role may not do this.
    case permissionDenied = "permission_denied"
    /// The server ended the statement, by its own timeout or because somebody asked it to.
    case canceled
    /// A standby ended the statement in favour of replay.
    case recoveryConflict = "recovery_conflict"
    /// A lock was not free in time.
    case lockTimeout = "lock_timeout"
    /// The answer is larger than ``PostgresLimits/rows``.
    case tooManyRows = "too_many_rows"
    /// Any other error of a statement.
    case statement
  }
}

/// What one answer of a server may be.
package enum PostgresLimits {
  /// Rows of one result.
  package static let rows = 200_000
  /// Bytes of an error message that are kept.
  package static let messageBytes = 500
}
