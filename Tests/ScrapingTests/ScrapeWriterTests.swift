import ExpositionFormat
import MetricModel
import StorageAPI
import Synchronization
import Testing

@testable import Scraping

/// A writer with its store, driven scrape by scrape.
private struct Desk {
  let appender = MemoryAppender()
  let clock = ManualScrapeClock()
  var writer: ScrapeWriter
  var time: Int64 = 0

  init(_ target: ScrapeTarget) { writer = ScrapeWriter(target: target, appender: appender) }

  /// Keeps a text one second after the last one.
  @discardableResult
  mutating func keep(_ text: String, type: String? = nil) async throws -> ScrapeWriter.Counts {
    time += 1000
    let answer = ScrapeAnswer(body: Array(text.utf8), contentType: type)
    do {
      return try await writer.keep(
        answer, at: Timestamp(rawValue: time), since: clock.elapsed() - .milliseconds(250),
        on: clock)
    } catch {
      _ = try await writer.fail(at: Timestamp(rawValue: time), elapsed: 0.25, hasRead: true)
      throw error
    }
  }

  mutating func failToFetch() async throws {
    time += 1000
    _ = try await writer.fail(at: Timestamp(rawValue: time), elapsed: 0.5, hasRead: false)
  }

  var samples: [String] { appender.lastSamples }
  var seriesCalls: Int { appender.state.withLock { $0.seriesCalls.count } }
}

struct ScrapeWriterTests {
  private static let attached = #"instance="h:1", job="j""#

  @Test func aFailedPageDoesNotSayWhichSeriesAreTracked() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1\nb 2\n")
    // Lines with times of their own get no stale markers; but this page was not kept.
    await #expect(throws: ScrapeFailure.self) { try await desk.keep("a 1 1000\nb x\n") }
    #expect(desk.samples.filter { $0.hasPrefix("a{") || $0.hasPrefix("b{") }.count == 2)
  }

  @Test func typesAreThoseOfTheLastPageWhereverTheyStand() async throws {
    var desk = Desk(try target())
    for page in [
      "# TYPE c gauge\n# TYPE a gauge\n", "# TYPE a counter\n", "# TYPE c gauge\n# TYPE a gauge\n",
    ] {
      try await desk.keep(page)
    }
    #expect(desk.writer.cache.families["a"]?.type == .gauge)
  }

  @Test func keepsSamplesAndTheReportInOneBatch() async throws {
    var desk = Desk(try target())
    let counts = try await desk.keep("# TYPE a counter\na{x=\"1\"} 5\nb 2\n")
    #expect(desk.appender.batches.count == 1)
    #expect(
      desk.samples == [
        #"a{instance="h:1", job="j", x="1"} @1000 5.0"#, #"b{instance="h:1", job="j"} @1000 2.0"#,
      ])
    #expect((counts.scraped, counts.kept, counts.added) == (2, 2, 2))
    let report = [
      ("up", 1), ("scrape_duration_seconds", 0.25), ("scrape_samples_scraped", 2),
      ("scrape_samples_post_metric_relabeling", 2), ("scrape_series_added", 2),
    ]
    for (name, value) in report { #expect(desk.appender.lastReport(name) == value) }
  }

  @Test func asksForNewSeriesOnceAndForKnownOnesNever() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1\nb 2\nc 3\n")
    #expect(desk.seriesCalls == 2)  // one for the series, one for the report
    try await desk.keep("a 1\nb 2\nc 3\n")
    try await desk.keep("c 1\nb 2\na 3\n")
    #expect(desk.seriesCalls == 2)
    let counts = try await desk.keep("c 1\nnew 9\nb 2\nnewer 8\na 3\n")
    #expect(desk.seriesCalls == 3)
    #expect(counts.added == 2)
    #expect(desk.samples.count == 5)
    #expect(desk.samples.contains("new{\(Self.attached)} @4000 9.0"))
  }

  @Test func knowsTheNamesOfWhatItKeeps() async throws {
    var desk = Desk(try target())
    let always = Set(ScrapeWriter.reportNames)
    #expect(desk.writer.metricNames == always)
    try await desk.keep("a{x=\"1\"} 1\na{x=\"2\"} 1\nb 2\n")
    #expect(desk.writer.metricNames == always.union(["a", "b"]))
    try await desk.failToFetch()
    #expect(desk.writer.metricNames == always.union(["a", "b"]))
    // A target that makes up names leaves no more of them behind than it has series.
    for round in 0..<20 { try await desk.keep("b 2\nnew_\(round) 1\n") }
    #expect(desk.writer.metricNames.count <= always.count + 3)
    #expect(desk.writer.metricNames.isSuperset(of: always.union(["b", "new_19"])))
  }

  @Test func marksVanishedSeriesStaleOnce() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1\nb 2\nc 3\n")
    try await desk.keep("a 1\nc 3\n")
    #expect(desk.samples.contains("b{\(Self.attached)} @2000 stale"))
    try await desk.keep("a 1\nc 3\n")
    #expect(desk.samples.count == 2)
    let counts = try await desk.keep("a 1\nb 2\nc 3\n")
    #expect(counts.added == 1)
    #expect(desk.samples.contains("b{\(Self.attached)} @4000 2.0"))
  }

  @Test func aFailedScrapeEndsAllSeriesAndTheyComeBack() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1\nb 2\n")
    try await desk.failToFetch()
    #expect(
      desk.samples == ["a{\(Self.attached)} @2000 stale", "b{\(Self.attached)} @2000 stale"])
    #expect(desk.appender.lastReport("up") == 0)
    #expect(desk.appender.lastReport("scrape_duration_seconds") == 0.5)
    try await desk.failToFetch()
    #expect(desk.samples == [])
    let counts = try await desk.keep("a 1\n")
    #expect(counts.added == 0)
    #expect(desk.samples == ["a{\(Self.attached)} @4000 1.0"])
    #expect(desk.appender.lastReport("up") == 1)
    #expect(desk.seriesCalls == 2)
  }

  @Test func aMalformedLineFailsTheScrapeAsAWhole() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1\nb 2\n")
    let error = ExpositionError(line: 3, expected: "a value", found: "\"nonsense\"")
    await #expect(throws: ScrapeFailure.malformed(error)) {
      try await desk.keep("a 1\nnew 7\nb nonsense\n")
    }
    #expect(
      desk.samples == ["a{\(Self.attached)} @2000 stale", "b{\(Self.attached)} @2000 stale"])
    let counts = try await desk.keep("a 1\nnew 7\nb 2\n")
    #expect(counts.added == 1)
    #expect(desk.samples.count == 3)
  }

  @Test func timesOnTheLinesAreHonoredAndNotTracked() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1 123\nb 2\n")
    #expect(desk.samples == ["a{\(Self.attached)} @123 1.0", "b{\(Self.attached)} @1000 2.0"])
    try await desk.keep("c 1\n")
    #expect(desk.samples == ["b{\(Self.attached)} @2000 stale", "c{\(Self.attached)} @2000 1.0"])
    var other = Desk(try target { $0.honorTimestamps = false })
    try await other.keep("a 1 123\n")
    #expect(other.samples == ["a{\(Self.attached)} @1000 1.0"])
    try await other.failToFetch()
    #expect(other.samples == ["a{\(Self.attached)} @2000 stale"])
  }

  @Test func conflictingLabelsAreRenamedOrHonored() async throws {
    let line = #"a{job="own",exported_job="x",instance=""} 1"#
    var desk = Desk(try target())
    try await desk.keep(line)
    #expect(
      desk.samples == [
        #"a{exported_exported_job="own", exported_job="x", instance="h:1", job="j"} @1000 1.0"#
      ])
    var honoring = Desk(try target { $0.honorLabels = true })
    try await honoring.keep(line)
    #expect(honoring.samples == [#"a{exported_job="x", job="own"} @1000 1.0"#])
  }

  @Test func metricRelabellingDropsAndRenames() async throws {
    let rules = [
      try RelabelRule(action: .drop, sourceLabels: ["__name__"], regex: "go_.*"),
      try RelabelRule(sourceLabels: ["__name__"], targetLabel: "__name__", replacement: "x_$1"),
    ]
    var desk = Desk(try target { $0.metricRelabelRules = rules })
    for _ in 0..<2 {
      let counts = try await desk.keep("go_a 1\nb 2\ngo_c 3\n")
      #expect((counts.scraped, counts.kept) == (3, 1))
      #expect(desk.samples.map { $0.prefix(3) } == ["x_b"])
    }
    let unnamed = [try RelabelRule(action: .labeldrop, regex: "__name__")]
    var broken = Desk(try target { $0.metricRelabelRules = unnamed })
    await #expect(throws: ScrapeFailure.self) { try await broken.keep("a 1\n") }
  }

  @Test func twoLinesOfTheSameSeriesAreOneSeries() async throws {
    var desk = Desk(try target())
    try await desk.keep("a{x=\"1\",y=\"2\"} 1\n")
    try await desk.keep("a{y=\"2\",x=\"1\"} 1\n")
    #expect(desk.samples == [#"a{instance="h:1", job="j", x="1", y="2"} @2000 1.0"#])
  }

  @Test func limitsFailTheScrape() async throws {
    var desk = Desk(try target { $0.limits.samples = 2 })
    try await desk.keep("a 1\nb 2\n")
    await #expect(throws: ScrapeFailure.limitReached(limit: "sample_limit", value: 2, series: "")) {
      try await desk.keep("a 1\nb 2\nc 3\n")
    }
    #expect(desk.samples.count == 2)
    let labelCases: [((inout ScrapeJob) -> Void, String)] = [
      ({ $0.limits.labels = 3 }, "label_limit"),
      ({ $0.limits.labelNameLength = 8 }, "label_name_length_limit"),
      ({ $0.limits.labelValueLength = 8 }, "label_value_length_limit"),
    ]
    for (change, name) in labelCases {
      var desk = Desk(try target("h:1", change))
      await #expect {
        try await desk.keep("a{some_label=\"some_value\"} 1\n")
      } throws: {
        guard case ScrapeFailure.limitReached(let limit, _, _) = $0 else { return false }
        return limit == name
      }
    }
  }

  @Test func asksAgainForSeriesThatTheStoreForgot() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1\nb 2\n")
    desk.appender.forgetAll()
    let counts = try await desk.keep("a 3\n")
    #expect(desk.samples == ["a{\(Self.attached)} @2000 3.0"])
    #expect(desk.appender.lastReport("up") == 1)
    #expect(counts.outcome.unknownSeries == [])
    try await desk.keep("a 4\n")
    #expect(desk.samples == ["a{\(Self.attached)} @3000 4.0"])
  }

  @Test func aStoreThatFailsFailsTheScrape() async throws {
    var desk = Desk(try target())
    desk.appender.state.withLock { $0.failure = .notWritable("disk full") }
    await #expect(throws: ScrapeFailure.notKept(.notWritable("disk full"))) {
      try await desk.keep("a 1\n")
    }
    desk.appender.state.withLock { $0.failure = nil }
    try await desk.keep("a 1\n")
    #expect(desk.samples == ["a{\(Self.attached)} @2000 1.0"])
  }

  @Test func aBatchThatCannotBeKeptIsNoEnd() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1\n")
    desk.appender.state.withLock { $0.appendFailure = .notWritable("disk full") }
    for text in ["a 1\nb 2\nc 3\n", "c 1\nd 2\n", "a 1\n"] {
      await #expect(throws: ScrapeFailure.self) { try await desk.keep(text) }
    }
    desk.appender.state.withLock { $0.appendFailure = nil }
    try await desk.keep("a 1\nd 2\n")
    #expect(desk.samples == ["a{\(Self.attached)} @5000 1.0", "d{\(Self.attached)} @5000 2.0"])
  }

  @Test func readsOpenMetricsByContentType() async throws {
    var desk = Desk(try target())
    let text = "# TYPE a counter\n# HELP a Help.\na_total 1 2.5\n# EOF\n"
    try await desk.keep(text, type: "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(desk.samples == ["a_total{\(Self.attached)} @2500 1.0"])
    #expect(
      desk.writer.takeChangedMetadata() == ["a": FamilyMetadata(type: .counter, help: "Help.")])
    try await desk.keep(text, type: "application/openmetrics-text")
    #expect(desk.writer.takeChangedMetadata() == nil)
  }

  @Test func endOfATargetEndsItsReportToo() async throws {
    var desk = Desk(try target())
    try await desk.keep("a 1\n")
    try await desk.writer.end(at: Timestamp(rawValue: 9))
    let last = desk.appender.batches.last ?? []
    #expect(last.count == 6)
    #expect(last.allSatisfy { StaleMarker.isStale($0.value) && $0.time == 9 })
  }

  @Test func aCacheThatChangesAllTheTimeStaysSmallAndRight() async throws {
    var desk = Desk(try target())
    for round in 0..<30 {
      let text = (0..<100).map { "m\(round * 50 + $0){r=\"x\"} \($0)\n" }.joined()
      let counts = try await desk.keep(text)
      #expect(counts.added == (round == 0 ? 100 : 50))
      #expect(desk.samples.count == (round == 0 ? 100 : 150))
    }
    #expect(desk.writer.cache.entries.count < 700)
  }
}
