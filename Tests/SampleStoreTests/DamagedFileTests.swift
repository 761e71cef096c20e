import Foundation
import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// A file with wrong bytes gives an error or fewer samples, never a crash or a sample that was not
/// written.
struct DamagedFileTests {
  @Test func wrongBytesAreReportedAndNeverServed() async throws {
    let fixture = try await StoreFixture(settings: .small)
    for series in 0..<20 {
      let labels = Labels(name: "m", [("n", "\(series)")])
      try await fixture.store.append(labels, (0..<100).map { ($0 * 100, Double(series)) })
    }
    await fixture.store.maintain(now: Timestamp(rawValue: 1_000_000))
    try await fixture.store.append(["__name__": "late"], (0..<100).map { ($0, 7) })
    // In a compact copy every byte is in use.
    try fixture.store.database.copy(to: fixture.directory.file("copy.db"))
    let sound = try Data(contentsOf: URL(fileURLWithPath: fixture.directory.file("copy.db")))
    var outcomes = (opened: 0, refused: 0, reported: 0, lost: 0)
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = RepeatableRandom(seed: seed)
      var bytes = sound
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        // The first 100 bytes are SQLite's header: without them it is no database.
        let place = Int.random(in: 100..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      let folder = fixture.directory.file("damaged-\(seed)")
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try bytes.write(to: URL(fileURLWithPath: folder + "/samples.db"))
      do {
        let store = try await SampleStore.open(
          in: StorageFolder(path: folder), settings: .small)
        outcomes.opened += 1
        let found = try await countOnlyWritten(store)
        if found < 2100 { outcomes.lost += 1 }
        if store.stats.damaged > 0 { outcomes.reported += 1 }
        await store.maintain(now: Timestamp(rawValue: 2_000_000))
      } catch is StorageError {
        outcomes.refused += 1
      }
    }
    #expect(outcomes.opened > 20)
    #expect(outcomes.lost > 10)
    #expect(outcomes.reported > 10)
  }

  @Test func aDamagedPageIsSetAsideAndTheRestIsServed() async throws {
    let fixture = try await StoreFixture(settings: .small)
    // Long labels fill more than one page.
    let long = String(repeating: "x", count: 300)
    for series in 0..<300 {
      let labels = Labels(name: "m", [("n", "\(series)"), ("path", "\(series)" + long)])
      try await fixture.store.append(labels, (0..<40).map { ($0 * 100, Double(series)) })
    }
    await fixture.store.maintain(now: Timestamp(rawValue: 1_000_000))
    try fixture.store.database.copy(to: fixture.directory.file("copy.db"))
    let folder = fixture.directory.file("damaged")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var bytes = try Data(
      contentsOf: URL(fileURLWithPath: fixture.directory.file("copy.db")))
    // One damaged page of labels is found at the start, which reads them all.
    let label = try #require(bytes.range(of: Data([0, 3] + "250".utf8)))
    let page = label.lowerBound / 8192 * 8192
    for place in page..<(page + 64) { bytes[place] = 0xff }
    try bytes.write(to: URL(fileURLWithPath: folder + "/samples.db"))

    let recorder = EventRecorder()
    let store = try await SampleStore.open(
      in: StorageFolder(path: folder), settings: .small, report: { recorder.add($0) })
    let found = try await store.samples()
    #expect(found.count > 50)
    for (labels, columns) in found {
      let number = try #require(labels["n"].flatMap(Double.init))
      #expect(columns.count == 40 && columns.values.allSatisfy { $0 == number })
    }
    guard case .damaged(let text)? = recorder.all.first else {
      Issue.record("nothing was reported")
      return
    }
    #expect(text.contains("the damaged file is now \(folder)/samples.db.damaged-"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder)
        .contains { $0.hasPrefix("samples.db.damaged-") })
    // Ingestion goes on, and the next start finds an intact file.
    try await store.append(["__name__": "new"], [(1, 1)])
    try await store.close()
    let database = try SampleDatabase(readingFrom: folder)
    #expect(try database.findings() == [])
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

  /// Counts the samples; each must have been written to the same series.
  private func countOnlyWritten(_ store: SampleStore) async throws -> Int {
    var count = 0
    for (labels, columns) in try await store.samples() {
      count += columns.count
      if labels == ["__name__": "late"] {
        #expect(columns.values.allSatisfy { $0 == 7 })
        #expect(columns.timestamps.allSatisfy { (0..<100).contains($0) })
        continue
      }
      let number = try #require(labels["n"].flatMap { Int($0) }, "\(labels) was never written")
      #expect(labels == Labels(name: "m", [("n", "\(number)")]) && (0..<20).contains(number))
      #expect(columns.values.allSatisfy { $0 == Double(number) })
      #expect(columns.timestamps.allSatisfy { $0 % 100 == 0 && (0..<10_000).contains($0) })
    }
    return count
  }
}
