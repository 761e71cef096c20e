import MetricModel

/// Synthetic data of a fleet of services: on each target half of the series are request counters, a
/// quarter are gauges, and a quarter are histogram buckets.
enum FleetData {
  /// The series of all targets, with one job per target.
  static func labels(targets: Int, seriesPerTarget: Int) -> [Labels] {
    (0..<targets).flatMap { target in
      (0..<seriesPerTarget).map { labels(target, $0, of: seriesPerTarget) }
    }
  }

  private static let methods = ["GET", "POST", "PUT", "DELETE"]
  private static let bounds = [
    "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf",
  ]

  private static func labels(_ target: Int, _ index: Int, of count: Int) -> Labels {
    let paths = max(1, count / 100)
    let origin = [("job", "fleet\(target)"), ("instance", "127.0.0.1:\(9000 + target)")]
    switch index {
    case ..<(count / 2):
      return Labels(
        name: "app_requests_total",
        origin + [
          ("path", "/api/v1/\(index % paths)"), ("method", methods[index & 3]),
          ("code", "\(200 + index % 5 * 100)"), ("shard", "\(index)"),
        ])
    case ..<(count / 4 * 3):
      return Labels(
        name: "app_queue_depth", origin + [("queue", "q\(index % paths)"), ("shard", "\(index)")])
    default:
      let place = index - count / 4 * 3
      return Labels(
        name: "app_latency_seconds_bucket",
        origin + [("handler", "h\(place / bounds.count)"), ("le", bounds[place % bounds.count])])
    }
  }

  /// The value of a series at a step: counters and buckets increase, gauges vary.
  static func value(seriesPerTarget count: Int) -> (_ series: Int, _ step: Int) -> Double {
    { series, step in
      let index = series % count
      if index >= count / 2, index < count / 4 * 3 {
        return Double((series &* 2_654_435_761 &+ step &* 40_503) % 1_000_000) / 10_000
      }
      return index < count / 2
        ? Double(step * (1 + index % 17) + index * 1000)
        : Double(step * (1 + index % 12))
    }
  }
}
