import Foundation
import GRDB
package import MetricModel
package import StorageAPI

/// Messages waiting to be sent to other systems, in order, in a SQLite file of their own: they
/// survive the process and an outage of the receiver.
///
/// The queue is bounded: beyond ``Limits`` the oldest messages are dropped.
package final class SendQueue: Sendable {
  /// The limits for each destination.
  package struct Limits: Sendable, Equatable {
    /// The most bytes of messages.
    package var bytes: Int
    /// How long a message may wait.
    package var age: Duration

    /// Defaults to a week, and to space for a day of 100,000 series every 15 seconds.
    package init(bytes: Int = 16 << 30, age: Duration = .seconds(7 * 86_400)) {
      self.bytes = bytes
      self.age = age
    }
  }

  /// A message to be sent.
  package struct Message: Sendable, Equatable {
    /// The destination's name.
    package let destination: String
    /// The number of samples in the message, for counters.
    package let count: Int
    /// The message, in the format of the module that writes it.
    package let payload: [UInt8]

    package init(destination: String, count: Int, payload: [UInt8]) {
      self.destination = destination
      self.count = count
      self.payload = payload
    }
  }

  /// A message in the queue.
  package struct Entry: Sendable, Equatable {
    /// A number that grows with every message and is never reused.
    package let number: Int64
    /// The number of samples in the message, for counters.
    package let count: Int
    /// The message.
    package let payload: [UInt8]
  }

  /// The result of adding messages.
  package struct Addition: Sendable, Equatable {
    /// The numbers of the added messages, in order.
    package var numbers: [Int64] = []
    /// Samples in older messages that were dropped because of a limit.
    package var expiredSamples = 0
  }

  /// The backlog of one destination.
  package struct Backlog: Sendable, Equatable {
    package var entries = 0
    package var samples = 0
    package var bytes = 0

    package init() {}
  }

  /// The file's name in its folder.
  package static let fileName = "send-queue.db"
  /// The number of free pages returned to the file system in one transaction.
  private static let pagesPerTransaction = 1_024

  private let file: DatabaseFile
  private let limits: Limits

  /// Opens the queue in a folder.
  package init(in folder: StorageFolder, limits: Limits = Limits()) throws(StorageError) {
    self.limits = limits
    file = try DatabaseFile(
      path: folder.file(Self.fileName), synchronous: .normal, migrator: Self.migrator)
  }

  /// Adds messages, each replacing the earlier one with the same number; they survive the death of
  /// the process when this returns.
  ///
  /// - Complexity: one transaction, independent of the backlog.
  package func add(
    _ messages: [Message], replacing replaced: [Int64] = [], now: Timestamp
  ) async throws(StorageError) -> Addition {
    let limits = limits
    return try await file.write { database in
      for number in replaced { try Self.remove(number, in: database) }
      var addition = Addition()
      let statement = try database.cachedStatement(
        sql: "INSERT INTO messages (destination, samples, queued, payload) VALUES (?, ?, ?, ?)")
      for message in messages {
        try statement.execute(arguments: [
          message.destination, message.count, now.rawValue, Data(message.payload),
        ])
        addition.numbers.append(database.lastInsertedRowID)
        try Self.count(
          1, samples: message.count, bytes: message.payload.count, for: message.destination,
          in: database)
      }
      for destination in Set(messages.map(\.destination)) {
        addition.expiredSamples += try Self.expire(destination, limits, now: now, in: database)
      }
      return addition
    }
  }

  /// The oldest messages for a destination: as many as have `samples` samples in total, and at
  /// least one if any is waiting.
  package func next(for destination: String, samples: Int) throws(StorageError) -> [Entry] {
    try file.read { database in
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

  /// Removes the messages for a destination up to a number.
  package func remove(for destination: String, through number: Int64) async throws(StorageError) {
    try await file.write { database in
      let sql = """
        SELECT count(*), coalesce(sum(samples), 0), coalesce(sum(length(payload)), 0)
        FROM messages WHERE destination = ? AND number <= ?
        """
      let gone = try Backlog(
        try Row.fetchOne(database, sql: sql, arguments: [destination, number]))
      try database.execute(
        sql: "DELETE FROM messages WHERE destination = ? AND number <= ?",
        arguments: [destination, number])
      try Self.count(
        -gone.entries, samples: -gone.samples, bytes: -gone.bytes, for: destination, in: database)
    }
  }

  /// Removes the messages for destinations that no longer exist; returns how many samples were in
  /// them.
  package func retain(destinations: [String]) async throws(StorageError) -> Int {
    try await file.write { database in
      var samples = 0
      for row in try Row.fetchAll(database, sql: "SELECT destination, samples FROM backlogs") {
        let destination = try row.text(at: 0)
        guard !destinations.contains(destination) else { continue }
        samples += Int(try row.integer(at: 1))
        for table in ["messages", "backlogs"] {
          try database.execute(
            sql: "DELETE FROM \(table) WHERE destination = ?", arguments: [destination])
        }
      }
      return samples
    }
  }

  /// The backlog of each destination.
  package func backlogs() throws(StorageError) -> [String: Backlog] {
    try file.read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT messages, samples, bytes, destination FROM backlogs")
      return Dictionary(try rows.map { (row) in (try row.text(at: 3), try Backlog(row)) }) { $1 }
    }
  }

  /// Returns space that messages no longer need to the file system, in small steps.
  package func giveBackSpace() async throws(StorageError) {
    while try file.pageUse().freePages > Self.pagesPerTransaction {
      try await file.giveBack(pages: Self.pagesPerTransaction)
    }
  }

  /// Closes the file; every later call fails.
  package func close() throws(StorageError) { try file.close() }

  // MARK: - Inside a transaction

  /// Removes the oldest messages for a destination that exceed a limit; returns how many samples
  /// were in them.
  private static func expire(
    _ destination: String, _ limits: Limits, now: Timestamp, in database: Database
  ) throws -> Int {
    let sum = try Row.fetchOne(
      database, sql: "SELECT messages, samples, bytes FROM backlogs WHERE destination = ?",
      arguments: [destination])
    var bytes = try Backlog(sum).bytes
    let oldest = (now - limits.age).rawValue
    var gone: [Int64] = []
    var samples = 0
    let rows = try Row.fetchCursor(
      try database.cachedStatement(
        sql: """
          SELECT number, samples, length(payload), queued FROM messages
          WHERE destination = ? ORDER BY number
          """), arguments: [destination])
    while let row = try rows.next() {
      guard try row.integer(at: 3) < oldest || bytes > limits.bytes else { break }
      gone.append(try row.integer(at: 0))
      samples += Int(try row.integer(at: 1))
      bytes -= Int(try row.integer(at: 2))
    }
    for number in gone { try remove(number, in: database) }
    return samples
  }

  private static func remove(_ number: Int64, in database: Database) throws {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT samples, length(payload), destination FROM messages WHERE number = ?",
      arguments: [number])
    // It may have been sent meanwhile.
    guard let row else { return }
    let (samples, bytes) = (Int(try row.integer(at: 0)), Int(try row.integer(at: 1)))
    try count(-1, samples: -samples, bytes: -bytes, for: try row.text(at: 2), in: database)
    try database.execute(sql: "DELETE FROM messages WHERE number = ?", arguments: [number])
  }

  private static func count(
    _ messages: Int, samples: Int, bytes: Int, for destination: String, in database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO backlogs (destination, messages, samples, bytes) VALUES (?, ?, ?, ?)
        ON CONFLICT (destination) DO UPDATE SET messages = messages + excluded.messages,
          samples = samples + excluded.samples, bytes = bytes + excluded.bytes
        """
    ).execute(arguments: [destination, messages, samples, bytes])
  }

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
    migrator.registerMigration("v2: limits") { database in
      try database.execute(
        sql: """
          ALTER TABLE messages ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;
          UPDATE messages SET queued = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
          CREATE TABLE backlogs (
            destination TEXT PRIMARY KEY, messages INTEGER NOT NULL, samples INTEGER NOT NULL,
            bytes INTEGER NOT NULL) STRICT;
          INSERT INTO backlogs SELECT destination, count(*), sum(samples), sum(length(payload))
            FROM messages GROUP BY destination;
          """)
    }
    return migrator
  }
}

extension SendQueue.Backlog {
  /// Reads the columns messages, samples and bytes; nothing waits if there is no row.
  fileprivate init(_ row: Row?) throws {
    guard let row else { return }
    entries = Int(try row.integer(at: 0))
    samples = Int(try row.integer(at: 1))
    bytes = Int(try row.integer(at: 2))
  }
}
