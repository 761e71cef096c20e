import Foundation
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

/// A data folder has one user at a time, and the error says why it cannot be used.
struct StorageFolderTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func aSecondUserIsRefusedByNameOfTheFirst() throws {
    let path = directory.file("data")
    let first = try StorageFolder(path: path)
    let pid = ProcessInfo.processInfo.processIdentifier
    #expect(
      throws: StorageError.failed(
        "storage.path is in use by pid \(pid) (\(path)); "
          + "stop that process or choose another storage.path")
    ) { _ = try StorageFolder(path: path) }
    #expect(first.file("state.db") == "\(path)/state.db")
  }

  @Test func theFolderIsFreeWhenTheFirstUserIsGone() throws {
    let path = directory.file("data/deeper")
    do { _ = try StorageFolder(path: path) }
    _ = try StorageFolder(path: path)
  }

  @Test func aFileInPlaceOfTheFolderIsRefused() throws {
    let path = try directory.write("text", to: "file")
    expectNotWritable(path, prefix: "\(path)")
    expectNotWritable(path + "/data", prefix: "\(path)/data")
  }

  @Test func aFolderThatCannotBeMadeIsRefused() {
    expectNotWritable("/proc/tocsin", prefix: "/proc/tocsin: cannot make the folder")
  }

  @Test func aFolderThatCannotBeWrittenIsRefused() {
    // Not even root may write here.
    expectNotWritable("/proc/sys", prefix: "/proc/sys/lock: cannot be written")
  }

  private func expectNotWritable(_ path: String, prefix: String) {
    let error = #expect(throws: StorageError.self) { _ = try StorageFolder(path: path) }
    guard case .notWritable(let text) = error else {
      Issue.record("not notWritable: \(String(describing: error))")
      return
    }
    #expect(text.hasPrefix(prefix))
    #expect(text.contains("choose another"))
    #expect(!text.contains("\n"))
  }
}
