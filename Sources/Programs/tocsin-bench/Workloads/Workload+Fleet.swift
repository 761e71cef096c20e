import MetricModel
import PromQLEngine
import SampleStore
import StorageAPI

extension Workload {
  /// Queries over 100,000 series of a fleet with a sample every 2 s, and over an hour of 1,000
  /// series. Beside each is the time that the store alone needs to select the series and decode the
  /// samples, which is the lower bound of the query.
  static let fleet: [Workload] = [
    instant("sum-by-rate", "sum by (code) (rate(app_requests_total[1m]))"),
    instant(
      "p99", "histogram_quantile(0.99, sum by (le) (rate(app_latency_seconds_bucket[1m])))"),
    instant("topk", "topk(5, app_queue_depth)"),
    instant(
      "ratio",
      "sum(rate(app_requests_total{code=~\"5..\"}[1m])) / sum(rate(app_requests_total[1m]))"),
    instant("avg-over-time", "max(avg_over_time(app_queue_depth[1m]))"),
    Workload("fleet/floor", "one window of 1m decoded: 50,000 series") {
      try floor(of: "app_requests_total", back: 60_000, try await fleet())
    },
    hour("rate", "rate(app_requests_total[5m])"),
    hour("sum-by-rate", "sum by (code) (rate(app_requests_total[5m]))"),
    hour("plain", "app_requests_total"),
    Workload("hour/floor", "one hour and 5m decoded: 1,000 series of 260 samples") {
      try floor(of: "app_requests_total", back: 3_900_000, try await anHour())
    },
  ]

  private static func instant(_ name: String, _ text: String) -> Workload {
    Workload("fleet/\(name)", "one query \(text)") {
      try query(text, steps: 1, try await fleet())
    }
  }

  private static func hour(_ name: String, _ text: String) -> Workload {
    Workload("hour/\(name)", "one query \(text) over 1h every 15s") {
      try query(text, steps: 241, try await anHour())
    }
  }

  private static func fleet() async throws -> BenchStore {
    try await BenchStore(
      FleetData.labels(targets: 50, seriesPerTarget: 2000), every: 2000, steps: 45,
      FleetData.value(seriesPerTarget: 2000))
  }

  private static func anHour() async throws -> BenchStore {
    try await BenchStore(
      FleetData.labels(targets: 1, seriesPerTarget: 2000), every: 15_000, steps: 262,
      FleetData.value(seriesPerTarget: 2000))
  }

  private static func floor(
    of metric: String, back: Int64, _ bench: BenchStore
  ) throws -> PreparedWorkload {
    let from = bench.now.adding(milliseconds: -back + 1)
    let selection = SeriesSelection(
      matchers: [LabelMatcher("__name__", equals: metric)], from: from, through: bench.now)
    var columns = SampleColumns()
    var prepared = PreparedWorkload {
      let selected = try await bench.store.select(selection)
      for place in selected.labels.indices {
        columns.removeAll()
        try selected.read(place, from: from, through: bench.now, into: &columns)
      }
      blackHole(columns.count)
    }
    prepared.cleanUp = { await bench.remove() }
    return prepared
  }
}
