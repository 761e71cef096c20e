/// Stores small state that must survive the process: alert states, silences, the notification log
/// and the outbox.
///
/// Rows in named tables have a key and bytes, whose format the writing module defines. A list of
/// changes is one transaction across tables: an alert's new state and its message in the outbox are
/// stored both or neither.
public protocol StateStore: Sendable {
  /// All rows of a table, ordered by key.
  func rows(in table: StateTable) async throws(StorageError) -> [StateRow]

  /// Applies all changes or none; they are on disk when this returns.
  func apply(_ changes: [StateChange]) async throws(StorageError)
}

/// The tables of the state database.
public enum StateTable: String, Sendable, CaseIterable {
  /// One row per alert of a rule: its state machine.
  case alertStates = "alert_states"
  /// One row per silence.
  case silences
  /// One row per group and integration: the last notification that was sent.
  case notificationLog = "notification_log"
  /// One row per message that is still to be delivered.
  case outbox
  /// One row per alert that the router knows.
  case alerts
}

/// A row of a table.
public struct StateRow: Sendable, Equatable {
  /// The key, unique in its table.
  public let key: String
  /// The contents, in the format of the module that wrote them.
  public let value: [UInt8]

  /// Creates a row.
  public init(key: String, value: [UInt8]) {
    self.key = key
    self.value = value
  }
}

/// A change to one row.
public enum StateChange: Sendable, Equatable {
  /// Inserts or replaces a row.
  case put(StateTable, key: String, value: [UInt8])
  /// Removes a row; no error if there is none.
  case delete(StateTable, key: String)
}
