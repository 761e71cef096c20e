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
}
