import ExpositionFormat
import MetricModel
import TestSupport
import Testing

/// The parser reads what the writer writes: names, labels with any text, values bit by bit,
/// timestamps.
struct WriterParserTests {
  private struct Written {
    let labels: Labels
    let value: Double
    let timestamp: Timestamp?
  }

  @Test(arguments: 0..<20)
  func writtenTextsAreParsedBack(seed: Int) throws {
    var generator = RepeatableRandom(seed: UInt64(seed) &* 7919 &+ 1)
    var writer = ExpositionWriter()
    var written: [Written] = []
    for family in 0..<10 {
      let type = MetricType.gauge
      let help = Self.text(&generator)
      writer.beginFamily("family_\(family)", type: type, help: help)
      for _ in 0..<Int.random(in: 0..<20, using: &generator) {
        let labels = (0..<Int.random(in: 0..<5, using: &generator)).map {
          ("label\($0)", Self.text(&generator))
        }
        let sample = Written(
          labels: Labels(name: "family_\(family)", labels), value: Self.value(&generator),
          timestamp: Bool.random(using: &generator)
            ? Timestamp(rawValue: .random(in: -1_000_000...1_800_000_000_000, using: &generator))
            : nil)
        writer.sample(
          "family_\(family)", labels: sample.labels, value: sample.value,
          timestamp: sample.timestamp)
        written.append(sample)
      }
    }
    try check(writer.bytes, written)
  }

  private func check(_ bytes: [UInt8], _ written: [Written]) throws {
    var expected = written.makeIterator()
    var parser = ExpositionParser(bytes.span)
    while let entry = try parser.next() {
      guard case .sample(let sample) = entry else { continue }
      let next = expected.next()
      let original = try #require(next)
      let series = Array(bytes[sample.series])
      #expect(try ParsedLabels(parsing: series.span).labels == original.labels)
      #expect(sample.timestamp == original.timestamp)
      #expect(
        sample.value.bitPattern == original.value.bitPattern
          || (sample.value.isNaN && original.value.isNaN))
    }
    #expect(expected.next() == nil)
  }

  private static func text(_ generator: inout RepeatableRandom) -> String {
    let alphabet = Array("ab\\\"\n{},= #ü漢🔔\t")
    return String(
      (0..<Int.random(in: 0..<12, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator) ?? "a"
      })
  }

  private static func value(_ generator: inout RepeatableRandom) -> Double {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: .nan
    case 1: Bool.random(using: &generator) ? .infinity : -.infinity
    case 2: Double(Int.random(in: -1_000_000...1_000_000, using: &generator))
    case 3: Double.random(in: 0...1, using: &generator)
    default: Double(bitPattern: generator.next())
    }
  }
}
