import YAMLDecoding
import Configuration
import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct SecretTests {
  @Test func secretsAreNeverPrinted() {
    struct Holder { let secret: Secret }
    let secret = Secret.inline("hunter2")
    var dumped = ""
    dump(Holder(secret: secret), to: &dumped)
    for text in [
      "\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(Holder(secret: secret))",
    ] {
      #expect(!text.contains("hunter2"))
    }
    #expect("\(secret)" == "<secret>")
    #expect("\(Secret.file("/etc/key"))" == "<secret in /etc/key>")
  }

  @Test func aFileIsReadAtEachUseAndTrimmed() async throws {
    let folder = try TemporaryDirectory()
    let secret = Secret.file(folder.file("key"))
    for (content, text) in [("  one\n\n", "one"), ("\ttwo words \r\n", "two words"), ("\n", "")] {
      try folder.write(content, to: "key")
      #expect(try await secret.reveal() == text)
      #expect(try secret.revealBlocking() == text)
    }
    #expect(try await Secret.inline(" as it is ").reveal() == " as it is ")
  }

  /// A file that has not changed for a while is answered from memory.
  @Test func aChangeOfAnOldFileIsSeen() async throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("old", to: "key")
    let secret = Secret.file(path)
    try await eventually("the file is old") {
      let text = try await secret.reveal()
      #expect(text == "old")
      return FileVersion(of: path)?.identifiesContents == true
    }
    #expect(try await secret.reveal() == "old")
    try folder.write("new", to: "key")
    #expect(try await secret.reveal() == "new")
  }

  @Test func anUnusableFileSaysWhy() async throws {
    let folder = try TemporaryDirectory()
    func reason(_ path: String) async -> String? {
      do throws(SecretError) {
        _ = try await Secret.file(path).reveal()
        return nil
      } catch {
        guard case .unreadable(path, let reason) = error else { return "\(error)" }
        #expect("\(error)" == "cannot read the secret file \(path): \(reason)")
        return reason
      }
    }
    #expect(await reason(folder.file("none")) == "no such file")
    #expect(await reason(folder.path) == "is a directory")
    let binary = folder.file("binary")
    try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: binary))
    #expect(await reason(binary) == "not valid UTF-8")
    let large = try folder.write(String(repeating: "x", count: Secret.fileLimit + 1), to: "large")
    #expect(await reason(large) == "larger than the limit of 65536 bytes")
  }

  @Test func aFIFOWithoutAWriterDelaysNoOtherRead() async throws {
    let folder = try TemporaryDirectory()
    let fifo = folder.file("fifo")
    try #require(unsafe mkfifo(fifo, 0o600) == 0)
    let other = Secret.file(try folder.write("other\n", to: "other"))
    // More reads than the pool has threads, and than files may be read in parallel.
    let waiting = (0..<100).map { _ in
      Task { try await Secret.file(fifo).reveal(within: .seconds(600)) }
    }
    for _ in 0..<50 { #expect(try await other.reveal() == "other") }
    let limit = Duration.milliseconds(20)
    await #expect(throws: SecretError.overdue(path: fifo, limit: limit)) {
      try await Secret.file(fifo).reveal(within: limit)
    }
    #expect(throws: SecretError.overdue(path: fifo, limit: limit)) {
      try Secret.file(fifo).revealBlocking(within: limit)
    }
    // A cancelled read ends; the waiting ones share one read and get what is written.
    waiting[0].cancel()
    await #expect(throws: SecretError.cancelled(path: fifo)) { try await waiting[0].value }
    try folder.write("late\n", to: "fifo")
    for task in waiting.dropFirst() { #expect(try await task.value == "late") }
  }

  @Test func aCancelledTaskDoesNotWait() async throws {
    let folder = try TemporaryDirectory()
    let fifo = folder.file("fifo")
    try #require(unsafe mkfifo(fifo, 0o600) == 0)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await Secret.file(fifo).reveal(within: .seconds(600))
    }
    task.cancel()
    await #expect(throws: SecretError.cancelled(path: fifo)) { try await task.value }
    // Lets the thread end.
    try folder.write("", to: "fifo")
  }
}
