import ExpositionFormat
import MetricModel

extension Workload {
  /// What a scraper does with the text of an exporter: 10,000 samples.
  static let exposition: [Workload] = [
    Workload("exposition/parse-known", "one line that stands where it stood in the last scrape") {
      let text = SampleData.exposition(samples: 10_000)
      let known = try series(of: text)
      return PreparedWorkload(operations: known.count, bytes: text.count) {
        keep(try parse(text, expecting: known))
      }
    },
    Workload("exposition/parse-moved", "one line that is read without knowing it") {
      let text = SampleData.exposition(samples: 10_000)
      return PreparedWorkload(operations: 10_000, bytes: text.count) {
        keep(try parse(text, expecting: []))
      }
    },
    Workload("exposition/parse-new", "one line that is read and whose labels are made") {
      let text = SampleData.exposition(samples: 10_000)
      return PreparedWorkload(operations: 10_000, bytes: text.count) {
        keep(try parseWithLabels(text))
      }
    },
    Workload("exposition/write", "one line written from labels and a number") {
      let labels = (0..<10_000).map { SampleData.labels("tocsin_bench_total", $0) }
      var writer = ExpositionWriter()
      func write() -> Int {
        writer.removeAll()
        writer.beginFamily("tocsin_bench_total", type: .counter, help: "Made up.")
        for (index, labels) in labels.enumerated() {
          writer.sample(
            "tocsin_bench_total", labels: labels, value: SampleData.counter(index, 3))
        }
        return writer.bytes.count
      }
      return PreparedWorkload(operations: labels.count, bytes: write()) { keep(write()) }
    },
  ]

  private static func parse(_ text: [UInt8], expecting known: [[UInt8]]) throws -> Double {
    var parser = ExpositionParser(text.span)
    var sum = 0.0
    var next = 0
    let nothing: [UInt8] = []
    while true {
      let expected = next < known.count ? known[next] : nothing
      if let value = parser.plainValue(of: expected.span) {
        sum += value
        next += 1
        continue
      }
      guard let entry = try parser.next(expecting: expected.span) else { return sum }
      guard case .sample(let sample) = entry else { continue }
      sum += sample.value
      next += 1
    }
  }

  private static func parseWithLabels(_ text: [UInt8]) throws -> UInt64 {
    var parser = ExpositionParser(text.span)
    var sum: UInt64 = 0
    while let entry = try parser.next() {
      if case .sample = entry { sum ^= try parser.labels().digest }
    }
    return sum
  }

  private static func series(of text: [UInt8]) throws -> [[UInt8]] {
    var parser = ExpositionParser(text.span)
    var series: [[UInt8]] = []
    while let entry = try parser.next() {
      if case .sample(let sample) = entry { series.append(Array(text[sample.series])) }
    }
    return series
  }
}
