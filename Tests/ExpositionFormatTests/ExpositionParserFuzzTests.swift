import ExpositionFormat
import MetricModel
import TestSupport
import Testing

/// For any input, the parser ends and returns lines within the text or an error, and writing what
/// it parsed and parsing it again gives the same.
@Suite(.timeLimit(.minutes(60)))
struct ExpositionParserFuzzTests {
  private static let plan = FuzzPlan(count: 10_000)
  private static let words =
    [
      "{", "}", "\"", "\\", "\n", "#", " ", ",", "=", "\u{0}", "\t", "\r", "# EOF\n", "# TYPE ",
      "# HELP ", "# UNIT ", " counter\n", " histogram\n", "NaN", "+Inf", "-Inf", "0x1p-3", "1e309",
      "1e-400", "00001", "1_0", "18446744073709551616", "-9223372036854775809",
      "9223372036854775.807",
      " 1700000000.123", " # {a=\"b\"} 1 2", "{\"", "\"}", "\\n", "\\\"", "_", ":", "é", "漢",
      "le=\"+Inf\"",
      "m 1\n", "m{} 1\n", "{\"a b\",c=\"d\"} 1\n",
    ].map { Array($0.utf8) } + [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf]]

  private static func corpus() throws -> [(name: String, bytes: [UInt8])] {
    try FuzzPlan.corpus(in: FuzzPlan.folder(beside: #filePath))
  }

  /// The counts of one round.
  private struct Tally {
    var samples = 0
    var refused = 0
  }

  @Test func noInputHurts() throws {
    let corpus = try Self.corpus().map(\.bytes)
    #expect(corpus.count > 40)
    var tally = Tally()
    for seed in Self.plan.seeds {
      var mutator = ByteMutator(seed: seed)
      let bytes = mutator.bytes(of: corpus, words: Self.words)
      walk(bytes, mutator.roll(2) == 0 ? .text : .openMetrics, "seed \(seed)", &tally)
    }
    print(
      "\(Self.plan.seeds.count) expositions: \(tally.samples) samples read, "
        + "\(tally.refused) refused")
    #expect(tally.samples > Self.plan.seeds.count / 2, "the inputs are to get past the first line")
    #expect(tally.refused > Self.plan.seeds.count / 10)
  }

  @Test func theCorpusItselfIsWalked() throws {
    var tally = Tally()
    for (name, bytes) in try Self.corpus() {
      for format in [ExpositionTextFormat.text, .openMetrics] { walk(bytes, format, name, &tally) }
    }
    #expect(tally.samples > 100)
  }

  /// Parses everything twice, with and without hints, which must agree; a series with valid labels
  /// is written and parsed again.
  private func walk(
    _ bytes: [UInt8], _ format: ExpositionTextFormat, _ origin: String, _ tally: inout Tally
  ) {
    var plain = ExpositionParser(bytes.span, format: format)
    var hinted = ExpositionParser(bytes.span, format: format)
    do {
      while let entry = try plain.next() {
        guard case .sample(let sample) = entry else {
          if try hinted.next() != entry { Issue.record("\(origin): \(entry) is read otherwise") }
          continue
        }
        tally.samples += 1
        let series = Array(bytes[sample.series])
        guard case .sample(let other)? = try hinted.next(expecting: series.span),
          other.series == sample.series, other.timestamp == sample.timestamp,
          other.value.bitPattern == sample.value.bitPattern
        else {
          Issue.record("\(origin): the hint changes \(sample)")
          return
        }
        if StaleMarker.isStale(sample.value) { Issue.record("\(origin): a stale marker by text") }
        if let labels = try? ParsedLabels(parsing: series.span) {
          checkWriting(of: labels, sample, origin)
        }
      }
    } catch {
      tally.refused += 1
      if error.line < 1 { Issue.record("\(origin): \(error)") }
    }
  }

  /// The writer's text of a sample parses to the same sample.
  private func checkWriting(of parsed: ParsedLabels, _ sample: ExpositionSample, _ origin: String) {
    let labels = parsed.labels
    guard let name = labels.metricName else { return }
    var writer = ExpositionWriter()
    writer.sample(name, labels: labels, value: sample.value, timestamp: sample.timestamp)
    let bytes = writer.bytes
    var parser = ExpositionParser(bytes.span)
    guard case .sample(let again)? = try? parser.next(), again.timestamp == sample.timestamp,
      again.value.bitPattern == sample.value.bitPattern
    else {
      Issue.record("\(origin): \(String(decoding: bytes, as: UTF8.self)) is not what was written")
      return
    }
    let series = Array(bytes[again.series])
    if (try? ParsedLabels(parsing: series.span).labels) != labels {
      Issue.record("\(origin): \(labels) reads otherwise when written")
    }
  }

  /// The repeated part of a long input.
  enum Long: String, CaseIterable {
    case name, value, labels, digits, exponent, comments, emptyLines, blanks, help

    var text: String {
      switch self {
      case .name: String(repeating: "a", count: 1_000_000) + " 1\n"
      case .value: "m{a=\"" + String(repeating: "\\\\", count: 500_000) + "\"} 1\n"
      case .labels:
        "m{" + (0..<100_000).map { "l\($0)=\"a\"" }.joined(separator: ",") + "} 1\n"
      case .digits: "m " + String(repeating: "1", count: 1_000_000) + "\n"
      case .exponent: "m 1e" + String(repeating: "0", count: 1_000_000) + "1\n"
      case .comments: String(repeating: "#\n", count: 500_000)
      case .emptyLines: String(repeating: "\n", count: 1_000_000)
      case .blanks: "m" + String(repeating: " ", count: 1_000_000) + "1\n"
      case .help: "# HELP m " + String(repeating: "\\n", count: 500_000) + "\n"
      }
    }
  }

  /// The time for long inputs is linear in their length: about a million bytes of each kind.
  @Test(arguments: Long.allCases)
  func longInputsEnd(_ long: Long) {
    var tally = Tally()
    let bytes = Array(long.text.utf8)
    walk(bytes, .text, long.rawValue, &tally)
    walk(bytes, .openMetrics, long.rawValue, &tally)
  }
}
