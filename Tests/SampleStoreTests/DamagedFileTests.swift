import Foundation
import MetricModel
import StateDatabase
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// A file with wrong bytes gives an error or fewer samples, never a crash or a sample that was not written.
struct DamagedFileTests {
  @Test func wrongBytesAreToldAndNeverServed() async throws {
    let world = try await StoreWorld(settings: .small)
    for series in 0..<20 {
      let labels = Labels(name: "m", [("n", "\(series)")])
      try await world.store.append(labels, (0..<100).map { ($0 * 100, Double(series)) })
    }
    await world.store.maintain(now: Timestamp(rawValue: 1_000_000))
    try await world.store.append(["__name__": "late"], (0..<100).map { ($0, 7) })
    try await world.store.close()
    let sound = try Data(
      contentsOf: URL(fileURLWithPath: world.directory.file("data/samples.db")))
    var outcomes = (opened: 0, refused: 0)
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = RepeatableRandom(seed: seed)
      var bytes = sound
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        // The first 100 bytes are SQLite's header: without them it is no database.
        let place = Int.random(in: 100..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      let folder = world.directory.file("damaged-\(seed)")
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try bytes.write(to: URL(fileURLWithPath: folder + "/samples.db"))
      do {
        let store = try await SampleStore.open(
          in: StorageFolder(path: folder), settings: .small)
        outcomes.opened += 1
        try await expectOnlyWritten(store)
        await store.maintain(now: Timestamp(rawValue: 2_000_000))
      } catch is StorageError {
        outcomes.refused += 1
      }
    }
    #expect(outcomes.opened > 3)
  }

  @Test func aFileThatIsNoDatabaseIsNamed() async throws {
    let directory = try TemporaryDirectory()
    let folder = try StorageFolder(path: directory.file("data"))
    try Data(repeating: 65, count: 5000).write(
      to: URL(fileURLWithPath: folder.file("samples.db")))
    let error = await #expect(throws: StorageError.self) {
      _ = try await SampleStore.open(in: folder)
    }
    #expect(error?.description.contains("data/samples.db: file is not a database") == true)
  }

  private func expectOnlyWritten(_ store: SampleStore) async throws {
    for (labels, columns) in try await store.samples() {
      guard labels.metricName == "m", let number = labels["n"], let value = Double(number) else {
        continue
      }
      // A label set that was changed on disk is another series.
      guard number.count <= 2, value < 20 else { continue }
      #expect(columns.values.allSatisfy { $0 < 20 })
      #expect(columns.timestamps.allSatisfy { $0 >= 0 && $0 < 10_000 })
    }
  }
}
