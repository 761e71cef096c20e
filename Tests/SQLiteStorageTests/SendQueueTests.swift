import Foundation
import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

/// The guarantees of remote write's queue: order, survival of restarts, and limited space.
struct SendQueueTests {
  private let directory: TemporaryDirectory
  private var folder: StorageFolder {
    get throws { try StorageFolder(path: directory.file("data")) }
  }

  init() throws { directory = try TemporaryDirectory() }

  private static func message(_ byte: UInt8, to destination: String = "d") -> SendQueue.Message {
    SendQueue.Message(
      destination: destination, count: 10, payload: [UInt8](repeating: byte, count: 100))
  }

  private static func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

  @Test func messagesComeInOrderAndSurviveARestart() async throws {
    let queue = try SendQueue(in: folder)
    for byte in UInt8(0)..<5 {
      _ = try await queue.add([Self.message(byte), Self.message(byte, to: "e")], now: Self.at(1))
    }
    try await queue.remove(
      for: "d", through: try #require(try queue.next(for: "d", samples: 1).last).number)
    try queue.close()
    let again = try SendQueue(in: folder)
    #expect(try again.next(for: "d", samples: 25).map(\.payload.first) == [1, 2])
    #expect(try again.next(for: "d", samples: 1).map(\.payload.first) == [1])
    #expect(
      try again.backlogs() == [
        "d": Self.backlog(entries: 4), "e": Self.backlog(entries: 5),
      ])
    #expect(try await again.retain(destinations: ["e"]) == 40)
    #expect(try again.backlogs() == ["e": Self.backlog(entries: 5)])
    #expect(try again.next(for: "d", samples: 25).isEmpty)
    try again.close()
  }

  private static func backlog(entries: Int) -> SendQueue.Backlog {
    var backlog = SendQueue.Backlog()
    backlog.entries = entries
    backlog.samples = entries * 10
    backlog.bytes = entries * 100
    return backlog
  }

  /// The limits of bytes and age, with what remains and what was dropped after six messages, one
  /// every 10 seconds.
  @Test(arguments: [
    (bytes: 1_000, age: 3_600, left: [0, 1, 2, 3, 4, 5], expired: 0),
    (bytes: 350, age: 3_600, left: [3, 4, 5], expired: 30),
    (bytes: 99, age: 3_600, left: [], expired: 60),
    (bytes: 1_000, age: 25, left: [3, 4, 5], expired: 30),
    (bytes: 250, age: 25, left: [4, 5], expired: 40),
  ])
  func theOldestAreDropped(bytes: Int, age: Int, left: [UInt8], expired: Int) async throws {
    let queue = try SendQueue(
      in: folder, limits: SendQueue.Limits(bytes: bytes, age: .seconds(age)))
    var dropped = 0
    for byte in UInt8(0)..<6 {
      dropped += try await queue.add([Self.message(byte)], now: Self.at(Int64(byte) * 10))
        .expiredSamples
    }
    #expect(try queue.next(for: "d", samples: .max).map(\.payload.first) == left)
    #expect(dropped == expired)
    #expect(try queue.backlogs()["d"] == Self.backlog(entries: left.count))
    try queue.close()
  }

  @Test func messagesAreReplacedInOneStep() async throws {
    let queue = try SendQueue(in: folder)
    let first = try await queue.add([Self.message(1), Self.message(2)], now: Self.at(1)).numbers
    _ = try await queue.add([Self.message(3)], replacing: first, now: Self.at(1))
    #expect(try queue.next(for: "d", samples: .max).map(\.payload.first) == [3])
    // A message that was sent meanwhile cannot be replaced.
    _ = try await queue.add([], replacing: first, now: Self.at(1))
    #expect(try queue.backlogs()["d"] == Self.backlog(entries: 1))
    try queue.close()
  }

  @Test func spaceIsGivenBackToTheFileSystem() async throws {
    let queue = try SendQueue(in: folder)
    let large = SendQueue.Message(
      destination: "d", count: 1, payload: [UInt8](repeating: 7, count: 1 << 20))
    for _ in 0..<24 { _ = try await queue.add([large], now: Self.at(1)) }
    let file = directory.file("data/" + SendQueue.fileName)
    func bytes() throws -> Int {
      try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    }
    #expect(try queue.backlogs()["d"]?.entries == 24)
    try await queue.remove(for: "d", through: .max)
    try await queue.giveBackSpace()
    try queue.close()
    #expect(try bytes() < 12 << 20)
  }
}
