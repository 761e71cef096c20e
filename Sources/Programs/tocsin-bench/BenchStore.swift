import Foundation
import MetricModel
import SampleStore
import SQLiteStorage
import StorageAPI

/// A store in a temporary folder, filled with series at a fixed sample interval.
final class BenchStore {
  let store: SampleStore
  let series: [SeriesID]
  /// The path of the folder.
  let path: String
  private let value: (_ series: Int, _ step: Int) -> Double
  private(set) var steps = 0

  /// The sample interval in milliseconds.
  let interval: Int64
  private static let batch = 10_000
  static let start: Int64 = 1_800_000_000_000

  /// Makes a store of counters.
  convenience init(
    series count: Int, steps: Int = 0, settings: SampleStoreSettings = SampleStoreSettings()
  ) async throws {
    try await self.init(
      (0..<count).map { SampleData.labels("tocsin_bench_total", $0) }, every: 15_000, steps: steps,
      settings: settings, SampleData.counter)
  }

  /// Makes a store of any series, whose values are functions of the series index and the step.
  init(
    _ labels: [Labels], every interval: Int64, steps: Int,
    settings: SampleStoreSettings = SampleStoreSettings(),
    _ value: @escaping (_ series: Int, _ step: Int) -> Double
  ) async throws {
    self.interval = interval
    self.value = value
    path = NSTemporaryDirectory() + "tocsin-bench-" + UUID().uuidString
    store = try await SampleStore.open(in: StorageFolder(path: path), settings: settings)
    series = try await store.series(for: labels)
    for _ in 0..<steps { try await append() }
  }

  /// Makes another folder inside, for files beside the samples.
  func makeFolder(_ name: String) throws -> StorageFolder {
    try StorageFolder(path: path + "/" + name)
  }

  /// The time of the newest samples.
  var now: Timestamp { Timestamp(rawValue: Self.start + Int64(steps - 1) * interval) }

  /// Appends the next sample of every series, in batches as large as a scrape of a large target.
  func append() async throws {
    let time = Timestamp(rawValue: Self.start + Int64(steps) * interval)
    for start in stride(from: 0, to: series.count, by: Self.batch) {
      let end = min(start + Self.batch, series.count)
      var batch = SampleBatch()
      batch.reserveCapacity(end - start)
      for index in start..<end { batch.append(series[index], at: time, value(index, steps)) }
      let outcome = try await store.append(batch)
      precondition(outcome.appended == end - start, "the store took \(outcome.appended) samples")
    }
    steps += 1
  }

  /// Batches of `count` series each, in turn; the time advances whenever all series have a sample.
  func batches(of count: Int) -> @Sendable (_ number: Int) -> SampleBatch {
    let parts = stride(from: 0, to: series.count, by: count).map { start in
      Array(series[start..<min(start + count, series.count)])
    }
    let (steps, interval) = (steps, interval)
    return { number in
      var batch = SampleBatch()
      let step = steps + number / parts.count
      let time = Timestamp(rawValue: Self.start + Int64(step) * interval)
      for (index, id) in parts[number % parts.count].enumerated() {
        batch.append(id, at: time, SampleData.counter(index, step))
      }
      return batch
    }
  }

  /// Closes the store and removes its folder.
  func remove() async {
    try? await store.close()
    try? FileManager.default.removeItem(atPath: path)
  }
}
