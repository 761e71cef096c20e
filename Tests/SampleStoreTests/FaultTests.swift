import Foundation
import Glibc
import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// A process that is killed at a random moment under load has lost nothing that was acknowledged.
///
/// Each round is a process of its own on the folder of the last one. It notes every batch in a file
/// as soon as the store has acknowledged it, and is killed by SIGKILL; then this file is compared
/// with what the store serves. Every 25 rounds a new folder is begun, as opening and comparing take
/// longer with more data. `TOCSIN_FAULT_ROUNDS` sets the number of rounds
/// (Benchmarks/store-faults).
struct FaultTests {
  @Test func nothingAcknowledgedIsLostByAKill() async throws {
    let rounds = ProcessInfo.processInfo.environment["TOCSIN_FAULT_ROUNDS"].flatMap { Int($0) }
    let directory = try TemporaryDirectory()
    var total = 0
    var acknowledged = 0
    for round in 1...(rounds ?? 20) {
      let folder = directory.file("data-\(round / 25)")
      if round.isMultiple(of: 25) { (total, acknowledged) = (total + acknowledged, 0) }
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [folder = folder as String, round = round as Int] in
        try await FaultLoad(folder: folder).runUntilKilled(seed: UInt64(round))
      }
      let notedSteps = try FaultLoad(folder: folder).notedSteps()
      #expect(notedSteps >= acknowledged)
      acknowledged = notedSteps
      try await FaultLoad(folder: folder).expect(steps: acknowledged)
    }
    #expect(total + acknowledged > 20)
  }
}

/// The load of the killed process, and the check of what must be there after it.
struct FaultLoad {
  let folder: String

  private static let series = 30
  private static let batch = 5

  private var settings: SampleStoreSettings {
    var settings = SampleStoreSettings.small
    settings.outOfOrderWindow = .seconds(1_000_000)
    settings.retention = .seconds(1 << 40)
    return settings
  }

  private func labels(_ series: Int) -> Labels { Labels(name: "m", [("n", "\(series)")]) }

  private func value(_ series: Int, _ time: Int) -> Double { Double(time * 31 + series) / 7 }

  /// The number of acknowledged steps: the length of the file that notes them.
  func notedSteps() throws -> Int {
    (try? FileManager.default.attributesOfItem(atPath: folder + "/acknowledged"))?[.size] as? Int
      ?? 0
  }

  /// Appends and maintains until it kills its own process.
  func runUntilKilled(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let microseconds = UInt32.random(in: 1000...200_000, using: &random)
    let store = try await SampleStore.open(
      in: StorageFolder(path: folder), settings: settings)
    let ids = try await store.series(for: (0..<Self.series).map(labels))
    let start = try notedSteps()
    _ = FileManager.default.createFile(
      atPath: folder + "/acknowledged", contents: Data(repeating: 46, count: start))
    let file = try #require(FileHandle(forWritingAtPath: folder + "/acknowledged"))
    try file.seekToEnd()
    Thread.detachNewThread {
      usleep(microseconds)
      kill(getpid(), SIGKILL)
    }
    Thread.detachNewThread {
      // Maintenance beside the load, as in the evaluator.
      for round in 0... {
        let done = DispatchSemaphore(value: 0)
        Task {
          // Time advances, so that there is always something to compact.
          let now = time(start, 0) + round * 600_000
          // Series that come one by one, without samples, and go: their labels are merged and
          // removed.
          _ = try? await store.series(for: [Labels(name: "churn", [("n", "\(start) \(round)")])])
          await store.maintain(now: Timestamp(rawValue: Int64(now)))
          done.signal()
        }
        done.wait()
      }
    }
    for step in start... {
      var batch = SampleBatch()
      for (series, id) in ids.enumerated() {
        for place in 0..<Self.batch {
          let time = self.time(step, place)
          batch.append(id, at: Timestamp(rawValue: Int64(time)), value(series, time))
        }
      }
      let outcome = try await store.append(batch)
      precondition(outcome.appended == ids.count * Self.batch, "\(outcome)")
      try file.write(contentsOf: Data([46]))
    }
  }

  /// Steps come in pairs: the second one falls between the samples of the first.
  private func time(_ step: Int, _ place: Int) -> Int {
    (step / 2 * Self.batch + place) * 20_000 + step % 2 * 10_000
  }

  /// Checks that the store serves all acknowledged steps, and at most one batch more.
  func expect(steps: Int) async throws {
    let store = try await SampleStore.open(in: StorageFolder(path: folder), settings: settings)
    let found = try await store.samples()
    for series in 0..<Self.series where steps > 0 {
      let columns = try #require(found[labels(series)])
      var stored: [Int: Double] = [:]
      for place in columns.timestamps.indices {
        stored[Int(columns.timestamps[place])] = columns.values[place]
      }
      #expect(stored.count == columns.count, "each time occurs once")
      // One expectation for all steps: each costs more than the comparison.
      let lost = (0..<steps).first { step in
        (0..<Self.batch).contains { place in
          let time = time(step, place)
          return stored[time] != value(series, time)
        }
      }
      #expect(lost == nil, "series \(series) lost a sample of this step")
      #expect(columns.count <= (steps + 1) * Self.batch)
    }
    #expect(store.stats.damaged == 0)
    try await store.close()
  }
}
