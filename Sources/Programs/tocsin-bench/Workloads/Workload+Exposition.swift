import ExpositionFormat
import MetricModel

extension Workload {
  /// Workloads of parsing an exporter's text, with 10,000 samples.
  static let exposition: [Workload] = [
    Workload("exposition/parse-known", "one line that stands where it stood in the last scrape") {
      let text = SampleData.exposition(samples: 10_000)
      let page = try KnownPage(text)
      return PreparedWorkload(operations: page.lines.count, bytes: text.count) {
        blackHole(try page.values().count)
      }
    },
    Workload("exposition/parse-moved", "one line that is read without knowing it") {
      let text = SampleData.exposition(samples: 10_000)
      return PreparedWorkload(operations: 10_000, bytes: text.count) {
        blackHole(try parse(text))
      }
    },
    Workload("exposition/parse-new", "one line that is read and whose labels are made") {
      let text = SampleData.exposition(samples: 10_000)
      return PreparedWorkload(operations: 10_000, bytes: text.count) {
        blackHole(try parseWithLabels(text))
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
      return PreparedWorkload(operations: labels.count, bytes: write()) { blackHole(write()) }
    },
  ]

  /// A page and the positions of its series.
  private struct KnownPage {
    let bytes: [UInt8]
    var lines: [SeriesText] = []
    var expected: [UInt32] = []
    /// The metadata lines.
    var metadata: [[UInt8]] = []

    init(_ bytes: [UInt8]) throws {
      self.bytes = bytes
      var parser = ExpositionParser(bytes.span)
      while true {
        let start = parser.position
        guard let entry = try parser.next() else { break }
        if case .sample(let sample) = entry {
          expected.append(UInt32(lines.count))
          lines.append(SeriesText(sample.series))
        } else {
          metadata.append(Array(bytes[start..<parser.position]))
        }
      }
    }

    /// Reads the values of the page, whose series are known from an earlier scrape.
    func values() throws -> [Double] {
      var parser = ExpositionParser(bytes.span)
      var nextLine = 0
      return try [Double](capacity: lines.count) { values in
        repeat {
          parser.plainValues(
            of: expected.span.extracting(values.count...), in: lines.span, bytes.span,
            into: &values)
          let line = nextLine < metadata.count ? metadata[nextLine] : []
          if parser.skipLine(line.span) {
            nextLine += 1
          } else if case .sample(let sample) = try parser.next() {
            values.append(sample.value)
          }
        } while parser.position < bytes.count
      }
    }
  }

  private static func parse(_ text: [UInt8]) throws -> Double {
    var parser = ExpositionParser(text.span)
    var sum = 0.0
    while let entry = try parser.next() {
      if case .sample(let sample) = entry { sum += sample.value }
    }
    return sum
  }

  private static func parseWithLabels(_ text: [UInt8]) throws -> UInt64 {
    var parser = ExpositionParser(text.span)
    var sum: UInt64 = 0
    while let entry = try parser.next() {
      if case .sample = entry { sum ^= try parser.labels().digest }
    }
    return sum
  }
}
