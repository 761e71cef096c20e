import ExpositionFormat
import Glibc
import MetricModel
import Testing

/// Mutated expositions: whatever comes, the parser ends, and either yields lines within the text or an error.
struct ExpositionParserFuzzTests {
  private static let seed = """
    # HELP http_requests_total Requests \\\\ so far.\\n
    # TYPE http_requests_total counter
    http_requests_total{code="200",path="/a\\"b\\\\c\\n"} 1027 1395066363000
    http_requests_total{code="500",path="/ü"} 3.25e-7
    {"quoted.name","l.x"="1",m="2"} +Inf
    up 1
    # UNIT x_seconds seconds
    x_seconds{} -12.5 99.5 # {trace="1"} 2 3
    # EOF

    """

  /// How many mutations are tried: some thousands, or as `TOCSIN_FUZZ_ROUNDS` says.
  private static let rounds =
    unsafe getenv("TOCSIN_FUZZ_ROUNDS").flatMap { unsafe Int(String(cString: $0)) } ?? 4_000

  @Test(arguments: [ExpositionTextFormat.text, .openMetrics])
  func mutationsNeverTrap(format: ExpositionTextFormat) {
    var generator = SplitMix(state: 42)
    let interesting = Array("{}\"\\\n# ,=0\u{0}\t\r.eE+-".utf8) + [0xff, 0x80, 0xc3]
    for _ in 0..<Self.rounds {
      var bytes = Array(Self.seed.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.insert(interesting.randomElement(using: &generator) ?? 0, at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 5))
        default: bytes.removeLast(bytes.count - place - 1)
        }
      }
      walk(bytes, format)
    }
  }

  /// Parses everything twice, with and without hints, which must agree; labels of every series must parse.
  private func walk(_ bytes: [UInt8], _ format: ExpositionTextFormat) {
    var plain = ExpositionParser(bytes.span, format: format)
    var hinted = ExpositionParser(bytes.span, format: format)
    do {
      while let entry = try plain.next() {
        guard case .sample(let sample) = entry else {
          #expect(try hinted.next() == entry)
          continue
        }
        let series = Array(bytes[sample.series])
        let again = try hinted.next(expecting: series.span)
        guard case .sample(let other) = again else {
          Issue.record("the hint turned a sample into \(String(describing: again))")
          return
        }
        #expect(other.series == sample.series)
        #expect(other.value.bitPattern == sample.value.bitPattern)
        _ = try? ParsedLabels(parsing: series.span)
      }
    } catch {
      #expect(error.line >= 1)
    }
  }
}
