import SystemAccess
import CollectorCore
import Foundation
import MetricModel
import SampleStore
import SQLiteStorage
import StorageAPI

extension Workload {
  /// Workloads of the store.
  static let storing: [Workload] = [
    Workload("store/append", "one sample of a durable batch of 1,000, sealing included") {
      let bench = try await BenchStore(series: 1000)
      var prepared = PreparedWorkload(operations: 1000) { try await bench.append() }
      prepared.cleanUp = { await bench.remove() }
      return prepared
    },
    Workload("store/append-scrapes", "a scrape of 2,000 of 100,000 series, found cold in memory") {
      let bench = try await BenchStore(series: 100_000)
      var target = 0
      var time = BenchStore.start
      var batch = SampleBatch()
      var elsewhere = [UInt64](repeating: 1, count: 1 << 20)
      var prepared = PreparedWorkload {
        blackHole(try await bench.store.appendSoon(batch).appended)
      }
      prepared.setUp = {
        // Between two scrapes of a target come those of all others, and a pause.
        for place in elsewhere.indices { elsewhere[place] &+= 1 }
        batch.removeAll()
        for index in 0..<2000 {
          batch.append(
            bench.series[target * 2000 + index], at: Timestamp(rawValue: time),
            SampleData.scraped(index, Int(time - BenchStore.start) / 15_000))
        }
        target = (target + 1) % 50
        if target == 0 { time += 15_000 }
      }
      prepared.cleanUp = { await bench.remove() }
      return prepared
    },
    Workload("store/seal", "one chunk of 120 samples sealed and written") {
      var settings = SampleStoreSettings()
      settings.maximumOpenAge = .seconds(60)
      let bench = try await BenchStore(series: 1000, settings: settings)
      var prepared = PreparedWorkload(operations: 1000) {
        await bench.store.maintain(now: bench.now.adding(milliseconds: 120_000))
      }
      prepared.setUp = { for _ in 0..<120 { try await bench.append() } }
      prepared.cleanUp = { await bench.remove() }
      return prepared
    },
    appendBeside("store/append-beside", series: 100_000),
    appendBeside("store/append-beside-million", series: 1_000_000),
    appendBeside("store/append-beside-removal", "series that go", removal),
    appendBeside("store/append-beside-arrival", "series that come", arrival),
    appendBeside("store/append-beside-select", "a selection of all", selection),
    appendBeside("store/append-beside-read", "a query that reads all", reading),
    appendBeside("store/append-beside-cardinality", "statistics of the labels", cardinality),
    appendBeside("store/append-beside-snapshot", "a snapshot", snapshot),
    Workload("store/open", "a store with 10 million samples of 10,000 series opened and asked") {
      let bench = try await BenchStore(series: 10_000, steps: 1000)
      await bench.store.maintain(now: bench.now)
      let selection = SeriesSelection(
        matchers: [LabelMatcher("__name__", equals: "tocsin_bench_total")])
      var prepared = PreparedWorkload(operations: 1) {
        let store = try await SampleStore.reading(bench.path)
        blackHole(try await store.select(selection).labels.count)
        try await store.close()
      }
      prepared.cleanUp = { await bench.remove() }
      return prepared
    },
    Workload("store/select", "one series selected by an equal label, 1,000 of 10,000") {
      let bench = try await BenchStore(series: 10_000, steps: 2)
      let selection = SeriesSelection(
        matchers: [
          LabelMatcher("__name__", equals: "tocsin_bench_total"),
          LabelMatcher("job", equals: "job3"),
        ])
      var prepared = PreparedWorkload(operations: 1000) {
        blackHole(try await bench.store.select(selection).labels.count)
      }
      prepared.cleanUp = { await bench.remove() }
      return prepared
    },
    Workload("store/decode", "one sample read from 1,000 series of 480") {
      let bench = try await BenchStore(series: 1000, steps: 480)
      let all = SeriesSelection(matchers: [LabelMatcher("__name__", equals: "tocsin_bench_total")])
      let selected = try await bench.store.select(all)
      var columns = SampleColumns()
      var prepared = PreparedWorkload(operations: 480_000) {
        for place in selected.labels.indices {
          columns.removeAll()
          try selected.read(place, from: .distantPast, through: .distantFuture, into: &columns)
        }
        blackHole(columns.count)
      }
      prepared.cleanUp = { await bench.remove() }
      return prepared
    },
  ]

  /// Appends a batch durably while maintenance runs continuously.
  private static func appendBeside(_ name: String, series: Int) -> Workload {
    Workload(name, "a batch of 1,000 beside maintenance of \(series) series") {
      try await appending(beside: maintenance, series: series)
    }
  }

  /// Appends a batch durably while an activity with a million series runs again and again.
  private static func appendBeside(
    _ name: String, _ what: String, _ activity: @escaping Activity
  ) -> Workload {
    Workload(name, "a batch of 1,000 beside \(what), of 1,000,000 series") {
      try await appending(beside: activity, series: 1_000_000)
    }
  }

  /// A store that batches are appended to.
  private struct BusyStore: Sendable {
    let store: SampleStore
    /// The path of its folder.
    let path: String
    /// The time of its newest samples.
    let now: Timestamp
  }

  /// One round of the activity beside the appends.
  private typealias Activity = @Sendable (BusyStore, _ round: Int) async throws -> Void

  private static func appending(
    beside activity: @escaping Activity, series: Int
  ) async throws -> PreparedWorkload {
    // The same setting as in the evaluator.
    HeapPages.joinAtOnce()
    var settings = SampleStoreSettings()
    settings.maximumOpenAge = .seconds(60)
    let bench = try await BenchStore(series: series, steps: 8, settings: settings)
    let batches = bench.batches(of: 1000)
    let busy = BusyStore(store: bench.store, path: bench.path, now: bench.now)
    let beside = Task {
      var round = 0
      while !Task.isCancelled {
        try await activity(busy, round)
        round += 1
      }
    }
    var next = 0
    var prepared = PreparedWorkload(operations: 1) {
      blackHole(try await bench.store.append(batches(next)).appended)
      next += 1
    }
    prepared.cleanUp = {
      beside.cancel()
      _ = await beside.result
      await bench.remove()
    }
    return prepared
  }

  /// Seals, truncates the WAL, compacts and frees memory; then appends the sealed samples anew.
  private static let maintenance: Activity = { busy, round in
    let hour: Int64 = 3_600_000
    await busy.store.maintain(now: busy.now.adding(milliseconds: hour + Int64(round) * 600_000))
  }

  /// Adds ten thousand series without samples and removes them.
  private static let removal: Activity = { busy, round in
    try await arrival(busy, round)
    for _ in 0..<3 { await busy.store.maintain(now: busy.now) }
  }

  private static let arrival: Activity = { busy, round in
    let labels = (0..<10_000).map { SampleData.labels("tocsin_bench_round\(round)", $0) }
    blackHole(try await busy.store.series(for: labels).count)
  }

  private static let everything = SeriesSelection(
    matchers: [LabelMatcher("__name__", equals: "tocsin_bench_total")])

  private static let selection: Activity = { busy, round in
    // The second matcher differs each time, so that its result is not cached.
    var all = everything
    all.matchers.append(try LabelMatcher("none\(round)", .notMatches, "."))
    blackHole(try await busy.store.select(all).labels.count)
  }

  private static let reading: Activity = { busy, _ in
    let selected = try await busy.store.select(everything)
    var columns = SampleColumns()
    for place in selected.labels.indices {
      columns.removeAll()
      try selected.read(place, from: .distantPast, through: .distantFuture, into: &columns)
    }
    blackHole(columns.count)
  }

  private static let cardinality: Activity = { busy, _ in
    blackHole(busy.store.cardinality().pairCount)
  }

  private static let snapshot: Activity = { busy, round in
    let target = busy.path + "/snapshot\(round)"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    blackHole(try SampleDatabase.snapshot(of: busy.path, to: target).count)
    try FileManager.default.removeItem(atPath: target)
  }
}
