import ExpositionFormat
import MetricModel
import Testing

private func text(
  _ buffer: inout FamilyBuffer, _ write: (inout FamilyBuffer) -> Void
) -> String {
  buffer.beginScrape()
  write(&buffer)
  return buffer.render().text
}

/// The sample lines of a text.
private func samples(_ text: String) -> [String] {
  text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
}

@Test func familiesAreSortedAndContiguousHoweverTheyWereWritten() {
  var buffer = FamilyBuffer()
  let rendered = text(&buffer) { buffer in
    let bytes = buffer.family("net_bytes_total", .counter, "Bytes.", labels: ["device"])
    let errors = buffer.family("net_a_errors_total", .counter, "Errors.", labels: ["device"])
    for device in ["eth0", "lo"] {
      buffer.add(1, device, to: bytes)
      buffer.add(2, device, to: errors)
    }
    buffer.gauge("load", "Load.", 0.5)
  }
  #expect(
    rendered == """
      # HELP load Load.
      # TYPE load gauge
      load 0.5
      # HELP net_a_errors_total Errors.
      # TYPE net_a_errors_total counter
      net_a_errors_total{device="eth0"} 2
      net_a_errors_total{device="lo"} 2
      # HELP net_bytes_total Bytes.
      # TYPE net_bytes_total counter
      net_bytes_total{device="eth0"} 1
      net_bytes_total{device="lo"} 1

      """)
}

@Test func laterScrapesShowNewNumbersAndOnlyTheSeriesThatAreThere() {
  var buffer = FamilyBuffer()
  func write(_ rows: [(String, Double)]) -> [String] {
    samples(
      text(&buffer) { buffer in
        buffer.family("x", .gauge, "X.", labels: ["k"])
        for (key, value) in rows { buffer.add(value, key) }
      })
  }
  #expect(
    write([("a", 1), ("b", 2), ("c", 3)]) == [#"x{k="a"} 1"#, #"x{k="b"} 2"#, #"x{k="c"} 3"#])
  #expect(
    write([("a", 4), ("b", 5), ("c", 6)]) == [#"x{k="a"} 4"#, #"x{k="b"} 5"#, #"x{k="c"} 6"#])
  #expect(write([("b", 7), ("c", 8)]) == [#"x{k="b"} 7"#, #"x{k="c"} 8"#])
  #expect(write([]) == [])
  #expect(write([("z", 1), ("b", 9)]) == [#"x{k="z"} 1"#, #"x{k="b"} 9"#])
}

@Test func familiesThatComeAndGoAreForgotten() {
  var buffer = FamilyBuffer()
  for round in 0..<100 {
    let rendered = text(&buffer) { $0.gauge("family_\(round)", "Once.", Double(round)) }
    #expect(samples(rendered) == ["family_\(round) \(round)"])
  }
  #expect(samples(text(&buffer) { $0.gauge("family_7", "Again.", 1) }) == ["family_7 1"])
}

@Test func aSeriesWrittenTwiceIsShownOnceAndCounted() {
  var buffer = FamilyBuffer()
  for round in 1...2 {
    let rendered = text(&buffer) { buffer in
      buffer.family("x", .gauge, "X.", labels: ["a", "b"])
      buffer.add(1, "p", "q")
      buffer.add(2, "p", "q")
      buffer.add(3, "pq", "")
    }
    #expect(samples(rendered) == [#"x{a="p",b="q"} 1"#, #"x{a="pq",b=""} 3"#])
    #expect(buffer.problems.duplicates == UInt64(round))
  }
}

@Test func bytesThatAreNoUTF8AreReplacedAndCounted() {
  var buffer = FamilyBuffer()
  let bad: [UInt8] = [0x61, 0xFF, 0x62]
  let rendered = text(&buffer) { buffer in
    buffer.family("x", .gauge, "X.", labels: ["k"])
    buffer.beginSample()
    buffer.label(bad.span)
    buffer.endSample(1)
  }
  #expect(samples(rendered) == ["x{k=\"a\u{FFFD}b\"} 1"])
  #expect(buffer.problems.repairedValues == 1)
}

@Test func longLabelValuesAreCutBetweenCharacters() {
  var buffer = FamilyBuffer(limits: FamilyLimits(labelValueBytes: 4, series: 10))
  let rendered = text(&buffer) { buffer in
    buffer.family("x", .gauge, "X.", labels: ["k"])
    buffer.add(1, "abcé")
    buffer.add(2, "abcd")
  }
  #expect(samples(rendered) == [#"x{k="abc"} 1"#, #"x{k="abcd"} 2"#])
  #expect(buffer.problems.shortenedValues == 1)
}

@Test func samplesBeyondTheLimitOrWithWrongLabelsAreDroppedAndCounted() {
  var buffer = FamilyBuffer(limits: FamilyLimits(labelValueBytes: 100, series: 2))
  let rendered = text(&buffer) { buffer in
    buffer.add(0)
    buffer.family("x", .gauge, "X.", labels: ["k"])
    buffer.add(1)
    buffer.add(1, "a", "b")
    buffer.family("bad-name", .gauge, "X.")
    buffer.add(1)
    buffer.family("y", .gauge, "X.", labels: ["bad-label"])
    buffer.add(1, "v")
    buffer.family("z", .gauge, "Z.", labels: ["k"])
    for key in ["a", "b", "c"] { buffer.add(1, key) }
  }
  #expect(samples(rendered) == [#"z{k="a"} 1"#, #"z{k="b"} 1"#])
  #expect(buffer.problems.malformed == 5)
  #expect(buffer.problems.overLimit == 1)
}

@Test func constantLabelsStandOnEverySample() {
  var buffer = FamilyBuffer(constantLabels: [("server", "db\"1"), ("zone", "a")])
  let rendered = text(&buffer) { buffer in
    buffer.gauge("up", "Up.", 1)
    buffer.family("size", .gauge, "Size.", labels: ["db"])
    buffer.add(2, "app")
  }
  #expect(
    samples(rendered) == [
      #"size{server="db\"1",zone="a",db="app"} 2"#, #"up{server="db\"1",zone="a"} 1"#,
    ])
}

@Test func histogramsAndSummariesHaveTheirParts() {
  var buffer = FamilyBuffer()
  for _ in 0..<2 {
    let rendered = text(&buffer) { buffer in
      buffer.family("h", .histogram, "H.", labels: ["cmd"])
      buffer.addHistogram(
        buckets: [(0.5, 1), (2, 3)], sum: 4.5, count: 4, values: ["get"])
      buffer.family("s", .summary, "S.")
      buffer.addSummary(quantiles: [(0.5, 7)], sum: 8, count: 2)
    }
    #expect(
      samples(rendered) == [
        #"h_bucket{cmd="get",le="0.5"} 1"#, #"h_bucket{cmd="get",le="2"} 3"#,
        #"h_bucket{cmd="get",le="+Inf"} 4"#, #"h_sum{cmd="get"} 4.5"#, #"h_count{cmd="get"} 4"#,
        #"s{quantile="0.5"} 7"#, "s_sum 8", "s_count 2",
      ])
    #expect(buffer.problems.total == 0)
  }
}

@Test func aFamilyMayChangeItsDescriptionAndLabels() {
  var buffer = FamilyBuffer()
  _ = text(&buffer) { buffer in
    buffer.family("x", .gauge, "Old.", labels: ["a"])
    buffer.add(1, "v")
  }
  let rendered = text(&buffer) { buffer in
    buffer.family("x", .counter, "New.", labels: ["b"])
    buffer.add(2, "v")
  }
  #expect(rendered == "# HELP x New.\n# TYPE x counter\nx{b=\"v\"} 2\n")
}

/// Whatever is written in whatever order, the text is that of a buffer that remembers nothing.
@Test(arguments: 1...40)
func rememberedSeriesNeverShow(seed: UInt64) {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  func random(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
  var reused = FamilyBuffer(limits: FamilyLimits(labelValueBytes: 6, series: 60))
  for _ in 0..<30 {
    let writes = (0..<random(80)).map { _ in
      (
        family: "f\(random(6))", first: "\(random(5))\"", second: "é\(random(1000))",
        Double(random(9))
      )
    }
    func write(_ buffer: inout FamilyBuffer) {
      for (family, first, second, value) in writes {
        buffer.family(family, .gauge, "Help.", labels: ["a", "b"])
        buffer.add(value, first, second)
      }
    }
    var fresh = FamilyBuffer(limits: FamilyLimits(labelValueBytes: 6, series: 60))
    #expect(text(&reused, write) == text(&fresh, write))
  }
}
