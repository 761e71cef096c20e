import Foundation
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

/// The guarantees of keyed state: order, atomicity, and durability.
struct StateDatabaseTests {
  let directory: TemporaryDirectory
  var folderPath: String { directory.file("data") }

  init() throws { directory = try TemporaryDirectory() }

  @Test func rowsComeBackOrderedByKey() async throws {
    let database = try StateDatabase(in: StorageFolder(path: folderPath))
    try await database.apply([
      .put(.outbox, key: "b", value: [2]), .put(.outbox, key: "a", value: [1]),
      .put(.outbox, key: "é", value: []), .put(.silences, key: "a", value: [9]),
    ])
    #expect(
      try await database.rows(in: .outbox) == [
        StateRow(key: "a", value: [1]), StateRow(key: "b", value: [2]),
        StateRow(key: "é", value: []),
      ])
    #expect(try await database.rows(in: .silences) == [StateRow(key: "a", value: [9])])
  }

  @Test(arguments: StateTable.allCases)
  func everyTableTakesRowsReplacesAndDeletesThem(table: StateTable) async throws {
    let database = try StateDatabase(in: StorageFolder(path: folderPath))
    try await database.apply([.put(table, key: "k", value: [1]), .put(table, key: "l", value: [1])])
    try await database.apply([.put(table, key: "k", value: [2, 0, 255]), .delete(table, key: "l")])
    try await database.apply([.delete(table, key: "never there")])
    #expect(try await database.rows(in: table) == [StateRow(key: "k", value: [2, 0, 255])])
  }

  @Test func changesAreStoredTogetherOrNotAtAll() async throws {
    let database = try StateDatabase(
      in: StorageFolder(path: folderPath), maximumBytes: 256 << 10)
    try await database.apply([.put(.alerts, key: "old", value: [1])])
    let error = await #expect(throws: StorageError.self) {
      try await database.apply([
        .put(.alertStates, key: "state", value: [1]), .delete(.alerts, key: "old"),
        .put(.outbox, key: "message", value: [UInt8](repeating: 1, count: 1 << 20)),
      ])
    }
    #expect(
      error
        == .notWritable(
          "\(folderPath)/state.db: the disk is full; "
            + "free some space, or move the data and set storage.path"))
    #expect(try await database.rows(in: .alertStates).isEmpty)
    #expect(try await database.rows(in: .outbox).isEmpty)
    #expect(try await database.rows(in: .alerts) == [StateRow(key: "old", value: [1])])

    try database.limit(bytes: 16 << 20)
    try await database.apply([.put(.outbox, key: "m", value: [UInt8](repeating: 1, count: 1 << 20))]
    )
    #expect(try await database.rows(in: .outbox).count == 1)
  }

  @Test func callersThatShareACommitDoNotShareTheirErrors() async throws {
    let database = try StateDatabase(in: StorageFolder(path: folderPath), maximumBytes: 512 << 10)
    let failed = await withTaskGroup { group in
      for number in 0..<200 {
        group.addTask {
          let size = number % 20 == 7 ? 1 << 20 : 10
          let value = [UInt8](repeating: UInt8(number), count: size)
          do {
            try await database.apply([
              .put(.outbox, key: "\(number)", value: value),
              .put(.alerts, key: "\(number)", value: []),
            ])
            return false
          } catch { return true }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(failed == 10)
    #expect(try await database.rows(in: .outbox).count == 190)
    #expect(try await database.rows(in: .alerts).count == 190)
  }

  @Test func stateIsThereAfterTheProcessIsKilled() async throws {
    let database = try StateDatabase(in: StorageFolder(path: folderPath))
    for number in 0..<50 {
      try await database.apply([.put(.outbox, key: "\(number)", value: [UInt8(number)])])
    }
    // The files of an open database are what `kill -9` leaves behind.
    let image = directory.file("image")
    try copyDatabase(from: folderPath, to: image)
    let reopened = try StateDatabase(in: StorageFolder(path: image))
    #expect(try await reopened.rows(in: .outbox).count == 50)
  }

  @Test func aCancelledCallersChangesAreStored() async throws {
    let database = try StateDatabase(in: StorageFolder(path: folderPath))
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await database.apply([.put(.outbox, key: "k", value: [1])])
    }
    task.cancel()
    try await task.value
    #expect(try await database.rows(in: .outbox).count == 1)
  }

  @Test(arguments: [
    "this is no database, just a text that is longer than the header of one, "
      + "and then some more of it to be quite sure that it is",
    "SQLite format 3\u{0}but nothing that follows makes any sense at all, does it now? "
      + "Not even if we go on for more than one hundred bytes.",
  ])
  func aFileThatIsNoDatabaseIsNamedWithTheFix(contents: String) throws {
    let folder = try StorageFolder(path: folderPath)
    try Data(contents.utf8).write(to: URL(fileURLWithPath: folder.file("state.db")))
    let error = #expect(throws: StorageError.self) { _ = try StateDatabase(in: folder) }
    guard case .damaged(let text) = error else {
      Issue.record("not damaged: \(String(describing: error))")
      return
    }
    #expect(text.hasPrefix("\(folderPath)/state.db: "))
    #expect(text.contains("restore the file from a backup"))
    #expect(!text.contains("\n"))
  }
}

/// Copies the SQLite files of a folder into a new one.
func copyDatabase(from source: String, to target: String) throws {
  let files = FileManager.default
  try files.createDirectory(atPath: target, withIntermediateDirectories: true)
  for name in try files.contentsOfDirectory(atPath: source)
  where name.hasSuffix(".db") || name.hasSuffix(".db-wal") {
    try files.copyItem(atPath: "\(source)/\(name)", toPath: "\(target)/\(name)")
  }
}
