import ExpositionFormat
import MetricModel

/// Synthetic data of the shape that exporters expose.
enum SampleData {
  /// The labels of one of `count` series of a metric, which are spread over ten jobs.
  static func labels(_ metric: String, _ index: Int) -> Labels {
    Labels(
      name: metric,
      [
        ("device", "dev\(index % 100)"), ("instance", "host-\(index / 100).example.org:9100"),
        ("job", "job\(index % 10)"), ("mode", "mode\(index % 7)"),
      ])
  }

  /// A counter's value at a step.
  static func counter(_ index: Int, _ step: Int) -> Double {
    Double(index * 1000 + step * (index % 17 + 1)) / 4
  }

  /// The value of a series of a target with 2,000 series at a step: half are counters, a quarter
  /// gauges with four decimals, a quarter histogram buckets.
  static func scraped(_ index: Int, _ step: Int) -> Double {
    switch index {
    case ..<1000: Double(index * 1000 + step * (index % 17 + 1))
    case ..<1500: Double((index * 7_919_993 + step * 104_729) % 1_000_000) / 10_000
    default: Double(step * (1 + index % 12) * (1 + index / 12 % 6))
    }
  }

  /// An exposition with a number of samples in families of ten.
  static func exposition(samples: Int) -> [UInt8] {
    var writer = ExpositionWriter()
    for index in 0..<samples {
      let family = "tocsin_bench_family_\(index / 10)_total"
      if index % 10 == 0 {
        writer.beginFamily(family, type: .counter, help: "Made up to be measured.")
      }
      writer.sample(family, labels: labels(family, index), value: counter(index, 3))
    }
    return writer.bytes
  }
}
