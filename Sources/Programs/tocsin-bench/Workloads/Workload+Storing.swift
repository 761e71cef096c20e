import MetricModel
import SampleStore
import StorageAPI

extension Workload {
  /// What the store does.
  static let storing: [Workload] = [
    Workload("store/append", "one sample of a durable batch of 1,000, sealing included") {
      let bench = try await BenchStore(series: 1000)
      var prepared = PreparedWorkload(operations: 1000) { try await bench.append() }
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
    Workload("store/open", "a store with 10 million samples of 10,000 series opened and asked") {
      let bench = try await BenchStore(series: 10_000, steps: 1000)
      await bench.store.maintain(now: bench.now)
      let selection = SeriesSelection(
        matchers: [LabelMatcher("__name__", equals: "tocsin_bench_total")])
      var prepared = PreparedWorkload(operations: 1) {
        let store = try await SampleStore.reading(bench.path)
        keep(try await store.select(selection).labels.count)
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
        keep(try await bench.store.select(selection).labels.count)
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
        keep(columns.count)
      }
      prepared.cleanUp = { await bench.remove() }
      return prepared
    },
  ]

  /// A batch that is on disk when it counts, beside maintenance without pause.
  private static func appendBeside(_ name: String, series: Int) -> Workload {
    Workload(name, "a batch of 1,000 beside maintenance of \(series) series") {
      var settings = SampleStoreSettings()
      settings.maximumOpenAge = .seconds(60)
      let bench = try await BenchStore(series: series, steps: 8, settings: settings)
      let batches = bench.batches(of: 1000)
      let store = bench.store
      let end = bench.now.adding(milliseconds: 3600_000)
      // Seals, cuts the journal, compacts and frees memory all the time; what it seals is appended anew.
      let maintenance = Task {
        var round: Int64 = 0
        while !Task.isCancelled {
          await store.maintain(now: end.adding(milliseconds: round * 600_000))
          round += 1
        }
      }
      var next = 0
      var prepared = PreparedWorkload(operations: 1) {
        keep(try await store.append(batches(next)).appended)
        next += 1
      }
      prepared.cleanUp = {
        maintenance.cancel()
        await maintenance.value
        await bench.remove()
      }
      return prepared
    }
  }
}
