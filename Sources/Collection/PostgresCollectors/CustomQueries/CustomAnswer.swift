package import ExpositionFormat
package import MetricModel

/// The result of a custom query: families with their samples, and what was wrong with the rows.
package struct CustomAnswer: Sendable, Equatable {
  /// The value of a sample.
  package enum Content: Sendable, Equatable {
    /// One number, by its bits, so that results with NaN can be compared.
    case number(UInt64)
    /// A histogram.
    case histogram(bounds: [Double], counts: [Double], sum: Double, count: Double)

    /// A number as content.
    static func of(_ value: Double) -> Content { .number(value.bitPattern) }
  }

  /// One sample.
  package struct Sample: Sendable, Equatable {
    /// The values of the family's labels.
    package var labels: [String]
    /// The value.
    package var content: Content
  }

  /// One family.
  package struct Family: Sendable, Equatable {
    /// Its name.
    package var name: String
    /// Its type.
    package var type: MetricType
    /// The text after HELP.
    package var help: String
    /// The names of its labels.
    package var labels: [String]
    /// Its samples.
    package var samples: [Sample] = []
  }

  /// The families that have samples.
  package var families: [Family] = []
  /// The families that would exist if a row gave them a value.
  package var silent: [Family] = []
  /// The number of rows.
  package var rows = 0
  /// The number of rows beyond the limits.
  package var overflowRows = 0
  /// The problems found, each listed once.
  package var problems: [String] = []
  /// Results that are exposed although they may not be intended.
  package var warnings: [String] = []
  /// The number of problems found.
  package var problemCount = 0

  /// An empty result.
  package init() {}

  /// The number of series; a histogram counts each of its own.
  package var seriesCount: Int {
    families.reduce(0) { sum, family in
      sum
        + family.samples.reduce(0) { count, sample in
          switch sample.content {
          case .number: count + 1
          case .histogram(let bounds, _, _, _): count + bounds.count + 3
          }
        }
    }
  }

  /// Writes the families.
  package func write(into buffer: inout FamilyBuffer) {
    for family in families {
      let id = buffer.family(family.name, family.type, family.help, labels: family.labels)
      for sample in family.samples {
        switch sample.content {
        case .number(let bits):
          buffer.add(Double(bitPattern: bits), values: sample.labels, to: id)
        case .histogram(let bounds, let counts, let sum, let count):
          buffer.addHistogram(
            buckets: zip(bounds, counts).map { (bound: $0, count: $1) }, sum: sum, count: count,
            values: sample.labels, to: id)
        }
      }
    }
  }

  /// Records a problem; the list is bounded.
  mutating func complain(_ problem: String) {
    problemCount += 1
    guard problems.count < 20, !problems.contains(problem) else { return }
    problems.append(problem)
  }
}
