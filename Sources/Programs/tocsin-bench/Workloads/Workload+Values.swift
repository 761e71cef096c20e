import MetricModel

extension Workload {
  /// Workloads of small, ubiquitous values.
  static let values: [Workload] = [
    Workload("labels/make", "one label set of five labels packed and hashed") {
      let pairs = (0..<1000).map { index in
        SampleData.labels("tocsin_bench_total", index).map { ($0.name, $0.value) }
      }
      return PreparedWorkload(operations: pairs.count) {
        var sum: UInt64 = 0
        for pairs in pairs { sum ^= Labels(pairs).fingerprint }
        blackHole(sum)
      }
    },
    Workload("labels/look-up", "one label set found in a dictionary of 10,000") {
      let keys = (0..<10_000).map { SampleData.labels("tocsin_bench_total", $0) }
      let wanted = (0..<10_000).map { SampleData.labels("tocsin_bench_total", $0) }
      let table = Dictionary(uniqueKeysWithValues: zip(keys, 0...))
      return PreparedWorkload(operations: wanted.count) {
        var sum = 0
        for labels in wanted { sum += table[labels] ?? 0 }
        blackHole(sum)
      }
    },
    Workload("floats/counters", "one whole number formatted") {
      formatting((0..<10_000).map { Double($0 * 7919) })
    },
    Workload("floats/gauges", "one number with decimals formatted") {
      formatting((0..<10_000).map { Double($0 * 7919) / 1000 })
    },
    Workload("floats/ratios", "one number with all its digits formatted") {
      formatting((1...10_000).map { 1 / Double($0) })
    },
    Workload("answer/matrix", "one point of a range query's answer as JSON: 1,000 series of 241") {
      writing((0..<241).map { 1 / Double($0 + 3) })
    },
    Workload("answer/counters", "the same with whole numbers") {
      writing((0..<241).map { Double($0 * 7919) })
    },
  ]

  private static func formatting(_ values: [Double]) -> PreparedWorkload {
    var bytes: [UInt8] = []
    func format() -> Int {
      bytes.removeAll(keepingCapacity: true)
      for value in values { FloatFormat.append(value, to: &bytes) }
      return bytes.count
    }
    return PreparedWorkload(operations: values.count, bytes: format()) { blackHole(format()) }
  }

  private static func writing(_ values: [Double]) -> PreparedWorkload {
    let labels = (0..<1000).map { SampleData.labels("tocsin_bench_total", $0) }
    let starts = values.indices.map {
      PointStart(Timestamp(rawValue: 1_800_000_000_000 + Int64($0) * 15_000))
    }
    func write() -> Int {
      var json = JSONWriter()
      json.reserve(labels.count * (400 + 36 * values.count))
      json.array { json in
        for labels in labels {
          json.labels(labels)
          json.array { json in
            for (start, value) in zip(starts, values) { json.point(start, value) }
          }
        }
      }
      return json.bytes.count
    }
    return PreparedWorkload(operations: labels.count * values.count, bytes: write()) {
      blackHole(write())
    }
  }
}
