import Foundation
import MetricModel
import SampleStore
import StateDatabase
import StorageAPI

/// A store in a folder of its own, filled with counters that step every 15 seconds.
final class BenchStore {
  let store: SampleStore
  let series: [SeriesID]
  private let path: String
  private(set) var steps = 0

  /// The distance of samples in milliseconds.
  static let interval: Int64 = 15_000
  private static let start: Int64 = 1_800_000_000_000

  init(
    series count: Int, steps: Int = 0, settings: SampleStoreSettings = SampleStoreSettings()
  ) async throws {
    path = NSTemporaryDirectory() + "tocsin-bench-" + UUID().uuidString
    store = try await SampleStore.open(in: StorageFolder(path: path), settings: settings)
    series = try await store.series(
      for: (0..<count).map { SampleData.labels("tocsin_bench_total", $0) })
    for _ in 0..<steps { try await append() }
  }

  /// The time of the newest samples.
  var now: Timestamp { Timestamp(rawValue: Self.start + Int64(steps - 1) * Self.interval) }

  /// Appends the next sample of every series as one batch.
  func append() async throws {
    var batch = SampleBatch()
    batch.reserveCapacity(series.count)
    let time = Timestamp(rawValue: Self.start + Int64(steps) * Self.interval)
    for (index, id) in series.enumerated() {
      batch.append(id, at: time, SampleData.counter(index, step: steps))
    }
    steps += 1
    let outcome = try await store.append(batch)
    precondition(outcome.appended == series.count, "the store took \(outcome.appended) samples")
  }

  /// Closes the store and removes its folder.
  func remove() async {
    try? await store.close()
    try? FileManager.default.removeItem(atPath: path)
  }
}
