import MetricModel

/// Two hours of samples every 15 s, offset by 7 s from the full minute, as rows of numbers and as
/// OpenMetrics text.
struct DifferenceData {
  let series: [(Labels, [(Int64, Double)])]

  init() {
    var series: [(Labels, [(Int64, Double)])] = []
    for job in ["a", "b"] {
      for instance in 0..<4 {
        let who = [("job", job), ("instance", "\(instance)")]
        let seed = Double(instance * 7 + (job == "a" ? 1 : 5))
        series.append((Labels(name: "c_total", who), Self.counter(seed, resetting: instance == 2)))
        series.append((Labels(name: "g", who), Self.wave(seed, gaps: instance == 1)))
        series.append((Labels(name: "h", who), Self.wave(seed * 3, gaps: false)))
      }
      for (index, bound) in ["0.1", "0.5", "1", "5", "+Inf"].enumerated() {
        let labels = Labels(name: "b_bucket", [("job", job), ("le", bound)])
        series.append((labels, Self.counter(Double(index + 1) * 3, resetting: false)))
      }
    }
    self.series = series.sorted { $0.0 < $1.0 }
  }

  private static func time(_ index: Int) -> Int64 { Int64(index) * 15_000 + 7_000 }

  private static func counter(_ seed: Double, resetting: Bool) -> [(Int64, Double)] {
    var value = 10_000 * seed
    return (0..<480).map { index in
      value += seed * Double(index % 5 + 1) / 2
      if resetting, index % 97 == 96 { value = seed }
      return (time(index), value)
    }
  }

  private static func wave(_ seed: Double, gaps: Bool) -> [(Int64, Double)] {
    (0..<480).compactMap { index in
      if gaps, index % 60 > 35 { return nil }
      let step = (index * 37 + Int(seed) * 11) % 101
      return (time(index), Double(step - 40) * 1.25 + seed)
    }
  }

  /// The text that `promtool tsdb create-blocks-from openmetrics` reads.
  var text: String {
    var text = ""
    var last = ""
    for (labels, samples) in series {
      let name = labels.metricName ?? ""
      if name != last { text += "# TYPE \(name) unknown\n" }
      last = name
      let who = "\(labels)".replacing(", ", with: ",")
      for (time, value) in samples {
        text += "\(who) \(value) \(time / 1000)\n"
      }
    }
    return text + "# EOF\n"
  }
}
