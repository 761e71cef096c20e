import Foundation
import GRDB
package import StorageAPI

/// Messages that wait to be sent elsewhere, in order, in a SQLite file of their own: they outlive the process and the
/// other side's outage.
package final class SendQueue: Sendable {
  /// A message that waits.
  package struct Entry: Sendable, Equatable {
    /// Grows with every message; never used twice.
    package let number: Int64
    /// How many samples are in it, for counting.
    package let count: Int
    /// The message, in the format of the room that wrote it.
    package let payload: [UInt8]
  }

  /// What waits for one destination.
  package struct Backlog: Sendable, Equatable {
    package var entries = 0
    package var samples = 0
    package var bytes = 0
  }

  /// The file's name in its folder.
  package static let fileName = "send-queue.db"

  private let file: DatabaseFile

  /// Opens the queue in a folder.
  package init(in folder: StorageFolder) throws(StorageError) {
    file = try DatabaseFile(
      path: folder.file(Self.fileName), synchronous: .normal, migrator: Self.migrator)
  }

  /// Adds a message per destination; they survive the death of the process when this returns.
  package func add(
    _ messages: [(destination: String, count: Int, payload: [UInt8])]
  ) async throws(StorageError) {
    try await file.write { database in
      let statement = try database.cachedStatement(
        sql: "INSERT INTO messages (destination, samples, payload) VALUES (?, ?, ?)")
      for message in messages {
        try statement.execute(arguments: [
          message.destination, message.count, Data(message.payload),
        ])
      }
    }
  }

  /// The oldest messages for a destination: as many as have `samples` samples in all, and at least one if any waits.
  package func next(
    for destination: String, samples: Int
  ) async throws(StorageError) -> [Entry] {
    try await file.write { database in
      let statement = try database.cachedStatement(
        sql: "SELECT number, samples, payload FROM messages WHERE destination = ? ORDER BY number")
      let rows = try Row.fetchCursor(statement, arguments: [destination])
      var result: [Entry] = []
      var total = 0
      while let row = try rows.next() {
        let count = Int(try row.integer(at: 1))
        guard result.isEmpty || total + count <= samples else { break }
        total += count
        result.append(
          Entry(number: try row.integer(at: 0), count: count, payload: try row.bytes(at: 2)))
      }
      return result
    }
  }

  /// Forgets the messages for a destination up to a number.
  package func remove(for destination: String, through number: Int64) async throws(StorageError) {
    try await file.write { database in
      try database.execute(
        sql: "DELETE FROM messages WHERE destination = ? AND number <= ?",
        arguments: [destination, number])
    }
  }

  /// Forgets the messages for destinations that are no more.
  package func keep(destinations: [String]) async throws(StorageError) {
    try await file.write { database in
      let known = try String.fetchAll(
        database, sql: "SELECT DISTINCT destination FROM messages")
      for destination in known where !destinations.contains(destination) {
        try database.execute(
          sql: "DELETE FROM messages WHERE destination = ?", arguments: [destination])
      }
    }
  }

  /// How much waits for a destination.
  package func backlog(for destination: String) async throws(StorageError) -> Backlog {
    try await file.write { database in
      let sql = """
        SELECT count(*), coalesce(sum(samples), 0), coalesce(sum(length(payload)), 0)
        FROM messages WHERE destination = ?
        """
      guard let row = try Row.fetchOne(database, sql: sql, arguments: [destination]) else {
        return Backlog()
      }
      return Backlog(
        entries: Int(try row.integer(at: 0)), samples: Int(try row.integer(at: 1)),
        bytes: Int(try row.integer(at: 2)))
    }
  }

  /// Closes the file; every later call fails.
  package func close() throws(StorageError) { try file.close() }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1: messages") { database in
      try database.execute(
        sql: """
          CREATE TABLE messages (
            number INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL,
            samples INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;
          CREATE INDEX messages_by_destination ON messages (destination, number);
          """)
    }
    return migrator
  }
}
