import ExpositionFormat
import MetricModel
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import Scraping

/// A writer with its store, driven scrape by scrape.
private struct Fixture {
  let appender = MemoryAppender()
  let clock = ManualClock()
  var writer: ScrapeWriter
  var time: Int64 = 0

  init(_ target: ScrapeTarget) { writer = ScrapeWriter(target: target, appender: appender) }

  /// Stores a text one second after the last one.
  @discardableResult
  mutating func scrape(_ text: String, type: String? = nil) async throws -> ScrapeWriter.Counts {
    time += 1000
    let answer = ScrapeAnswer(body: Array(text.utf8), contentType: type)
    do {
      return try await writer.store(
        answer, at: Timestamp(rawValue: time), since: clock.monotonic - .milliseconds(250),
        on: clock.timeSource)
    } catch {
      _ = try await writer.fail(at: Timestamp(rawValue: time), elapsed: 0.25, hasRead: true)
      throw error
    }
  }

  mutating func failToFetch() async throws {
    time += 1000
    _ = try await writer.fail(at: Timestamp(rawValue: time), elapsed: 0.5, hasRead: false)
  }

  /// The samples of the last batch without the report series, sorted.
  var samples: [String] {
    (appender.batches.last ?? []).filter {
      !ScrapeWriter.reportNames.contains($0.labels.metricName ?? "")
    }
    .map(\.description).sorted()
  }
  /// The value of a report series in the last batch.
  func lastReport(_ name: String) -> Double? {
    appender.batches.last?.first { $0.labels.metricName == name }?.value
  }

  var seriesCalls: Int { appender.seriesRequests.count }
}

struct ScrapeWriterTests {
  private static let attached = #"instance="h:1", job="j""#

  @Test func aFailedScrapeDoesNotChangeWhichSeriesAreTracked() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1\nb 2\n")
    // Series with timestamps in the exposition get no stale markers; but this page was not stored.
    await #expect(throws: ScrapeFailure.self) { try await fixture.scrape("a 1 1000\nb x\n") }
    #expect(fixture.samples.filter { $0.hasPrefix("a{") || $0.hasPrefix("b{") }.count == 2)
  }

  @Test func metadataIsThatOfTheLastScrapeInAnyOrder() async throws {
    var fixture = Fixture(try target())
    for page in [
      "# TYPE c gauge\n# TYPE a gauge\n", "# TYPE a counter\n", "# TYPE c gauge\n# TYPE a gauge\n",
    ] {
      try await fixture.scrape(page)
    }
    #expect(fixture.writer.cache.families["a"]?.type == .gauge)
  }

  @Test func samplesAndReportAreStoredInOneBatch() async throws {
    var fixture = Fixture(try target())
    let counts = try await fixture.scrape("# TYPE a counter\na{x=\"1\"} 5\nb 2\n")
    #expect(fixture.appender.batches.count == 1)
    #expect(
      fixture.samples == [
        #"a{instance="h:1", job="j", x="1"} 5 @1000"#, #"b{instance="h:1", job="j"} 2 @1000"#,
      ])
    #expect((counts.scraped, counts.stored, counts.added) == (2, 2, 2))
    let report = [
      ("up", 1), ("scrape_duration_seconds", 0.25), ("scrape_samples_scraped", 2),
      ("scrape_samples_post_metric_relabeling", 2), ("scrape_series_added", 2),
    ]
    for (name, value) in report { #expect(fixture.lastReport(name) == value) }
  }

  @Test func onlyNewSeriesAreRegistered() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1\nb 2\nc 3\n")
    #expect(fixture.seriesCalls == 2)  // one for the series, one for the report
    try await fixture.scrape("a 1\nb 2\nc 3\n")
    try await fixture.scrape("c 1\nb 2\na 3\n")
    #expect(fixture.seriesCalls == 2)
    let counts = try await fixture.scrape("c 1\nnew 9\nb 2\nnewer 8\na 3\n")
    #expect(fixture.seriesCalls == 3)
    #expect(counts.added == 2)
    #expect(fixture.samples.count == 5)
    #expect(fixture.samples.contains("new{\(Self.attached)} 9 @4000"))
  }

  @Test func storedMetricNamesAreKnown() async throws {
    var fixture = Fixture(try target())
    let always = Set(ScrapeWriter.reportNames)
    #expect(fixture.writer.metricNames == always)
    try await fixture.scrape("a{x=\"1\"} 1\na{x=\"2\"} 1\nb 2\n")
    #expect(fixture.writer.metricNames == always.union(["a", "b"]))
    try await fixture.failToFetch()
    #expect(fixture.writer.metricNames == always.union(["a", "b"]))
    // The number of stored names does not grow beyond the number of series when a target invents
    // names.
    for round in 0..<20 { try await fixture.scrape("b 2\nnew_\(round) 1\n") }
    #expect(fixture.writer.metricNames.count <= always.count + 3)
    #expect(fixture.writer.metricNames.isSuperset(of: always.union(["b", "new_19"])))
  }

  @Test func vanishedSeriesGetOneStaleMarker() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1\nb 2\nc 3\n")
    try await fixture.scrape("a 1\nc 3\n")
    #expect(fixture.samples.contains("b{\(Self.attached)} stale @2000"))
    try await fixture.scrape("a 1\nc 3\n")
    #expect(fixture.samples.count == 2)
    let counts = try await fixture.scrape("a 1\nb 2\nc 3\n")
    #expect(counts.added == 1)
    #expect(fixture.samples.contains("b{\(Self.attached)} 2 @4000"))
  }

  @Test func aFailedScrapeEndsAllSeriesUntilTheNextOne() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1\nb 2\n")
    try await fixture.failToFetch()
    #expect(
      fixture.samples == ["a{\(Self.attached)} stale @2000", "b{\(Self.attached)} stale @2000"])
    #expect(fixture.lastReport("up") == 0)
    #expect(fixture.lastReport("scrape_duration_seconds") == 0.5)
    try await fixture.failToFetch()
    #expect(fixture.samples == [])
    let counts = try await fixture.scrape("a 1\n")
    #expect(counts.added == 0)
    #expect(fixture.samples == ["a{\(Self.attached)} 1 @4000"])
    #expect(fixture.lastReport("up") == 1)
    #expect(fixture.seriesCalls == 2)
  }

  @Test func aMalformedLineFailsTheScrapeAsAWhole() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1\nb 2\n")
    let error = ExpositionError(line: 3, expected: "a value", found: "\"nonsense\"")
    await #expect(throws: ScrapeFailure.malformed(error)) {
      try await fixture.scrape("a 1\nnew 7\nb nonsense\n")
    }
    #expect(
      fixture.samples == ["a{\(Self.attached)} stale @2000", "b{\(Self.attached)} stale @2000"])
    let counts = try await fixture.scrape("a 1\nnew 7\nb 2\n")
    #expect(counts.added == 1)
    #expect(fixture.samples.count == 3)
  }

  @Test func timestampsAreHonoredAndTheirSeriesNotTracked() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1 123\nb 2\n")
    #expect(fixture.samples == ["a{\(Self.attached)} 1 @123", "b{\(Self.attached)} 2 @1000"])
    try await fixture.scrape("c 1\n")
    #expect(fixture.samples == ["b{\(Self.attached)} stale @2000", "c{\(Self.attached)} 1 @2000"])
    var other = Fixture(try target { $0.honorTimestamps = false })
    try await other.scrape("a 1 123\n")
    #expect(other.samples == ["a{\(Self.attached)} 1 @1000"])
    try await other.failToFetch()
    #expect(other.samples == ["a{\(Self.attached)} stale @2000"])
  }

  @Test func conflictingLabelsAreRenamedOrHonored() async throws {
    let line = #"a{job="own",exported_job="x",instance=""} 1"#
    var fixture = Fixture(try target())
    try await fixture.scrape(line)
    #expect(
      fixture.samples == [
        #"a{exported_exported_job="own", exported_job="x", instance="h:1", job="j"} 1 @1000"#
      ])
    var honoring = Fixture(try target { $0.honorLabels = true })
    try await honoring.scrape(line)
    #expect(honoring.samples == [#"a{exported_job="x", job="own"} 1 @1000"#])
  }

  @Test func metricRelabellingDropsAndRenames() async throws {
    let rules = [
      try RelabelRule(action: .drop, sourceLabels: ["__name__"], regex: "go_.*"),
      try RelabelRule(sourceLabels: ["__name__"], targetLabel: "__name__", replacement: "x_$1"),
    ]
    var fixture = Fixture(try target { $0.metricRelabelRules = rules })
    for _ in 0..<2 {
      let counts = try await fixture.scrape("go_a 1\nb 2\ngo_c 3\n")
      #expect((counts.scraped, counts.stored) == (3, 1))
      #expect(fixture.samples.map { $0.prefix(3) } == ["x_b"])
    }
    let unnamed = [try RelabelRule(action: .labeldrop, regex: "__name__")]
    var broken = Fixture(try target { $0.metricRelabelRules = unnamed })
    await #expect(throws: ScrapeFailure.self) { try await broken.scrape("a 1\n") }
  }

  @Test func twoLinesOfTheSameSeriesAreOneSeries() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a{x=\"1\",y=\"2\"} 1\n")
    try await fixture.scrape("a{y=\"2\",x=\"1\"} 1\n")
    #expect(fixture.samples == [#"a{instance="h:1", job="j", x="1", y="2"} 1 @2000"#])
  }

  @Test func limitsFailTheScrape() async throws {
    var fixture = Fixture(try target { $0.limits.samples = 2 })
    try await fixture.scrape("a 1\nb 2\n")
    await #expect(throws: ScrapeFailure.limitReached(limit: "sample_limit", value: 2, series: "")) {
      try await fixture.scrape("a 1\nb 2\nc 3\n")
    }
    #expect(fixture.samples.count == 2)
    let labelCases: [((inout ScrapeJob) -> Void, String)] = [
      ({ $0.limits.labels = 3 }, "label_limit"),
      ({ $0.limits.labelNameLength = 8 }, "label_name_length_limit"),
      ({ $0.limits.labelValueLength = 8 }, "label_value_length_limit"),
    ]
    for (change, name) in labelCases {
      var fixture = Fixture(try target("h:1", change))
      await #expect {
        try await fixture.scrape("a{some_label=\"some_value\"} 1\n")
      } throws: {
        guard case ScrapeFailure.limitReached(let limit, _, _) = $0 else { return false }
        return limit == name
      }
    }
  }

  @Test func seriesThatTheStoreForgotAreRegisteredAgain() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1\nb 2\n")
    fixture.appender.forgetSeries()
    let counts = try await fixture.scrape("a 3\n")
    #expect(fixture.samples == ["a{\(Self.attached)} 3 @2000"])
    #expect(fixture.lastReport("up") == 1)
    #expect(counts.outcome.unknownSeries == [])
    try await fixture.scrape("a 4\n")
    #expect(fixture.samples == ["a{\(Self.attached)} 4 @3000"])
  }

  @Test func aStoreErrorFailsTheScrape() async throws {
    var fixture = Fixture(try target())
    fixture.appender.fail(with: .notWritable("disk full"))
    await #expect(throws: ScrapeFailure.notStored(.notWritable("disk full"))) {
      try await fixture.scrape("a 1\n")
    }
    fixture.appender.fail(with: nil)
    try await fixture.scrape("a 1\n")
    #expect(fixture.samples == ["a{\(Self.attached)} 1 @2000"])
  }

  @Test func scrapingContinuesAfterAStoreError() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1\n")
    fixture.appender.failAppends(with: .notWritable("disk full"))
    for text in ["a 1\nb 2\nc 3\n", "c 1\nd 2\n", "a 1\n"] {
      await #expect(throws: ScrapeFailure.self) { try await fixture.scrape(text) }
    }
    fixture.appender.failAppends(with: nil)
    try await fixture.scrape("a 1\nd 2\n")
    #expect(fixture.samples == ["a{\(Self.attached)} 1 @5000", "d{\(Self.attached)} 2 @5000"])
  }

  @Test func readsOpenMetricsByContentType() async throws {
    var fixture = Fixture(try target())
    let text = "# TYPE a counter\n# HELP a Help.\na_total 1 2.5\n# EOF\n"
    try await fixture.scrape(
      text, type: "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(fixture.samples == ["a_total{\(Self.attached)} 1 @2500"])
    #expect(
      fixture.writer.takeChangedMetadata() == ["a": FamilyMetadata(type: .counter, help: "Help.")])
    try await fixture.scrape(text, type: "application/openmetrics-text")
    #expect(fixture.writer.takeChangedMetadata() == nil)
  }

  @Test func theEndOfATargetEndsItsReportSeries() async throws {
    var fixture = Fixture(try target())
    try await fixture.scrape("a 1\n")
    try await fixture.writer.end(at: Timestamp(rawValue: 9))
    let last = fixture.appender.batches.last ?? []
    #expect(last.count == 6)
    #expect(last.allSatisfy { $0.isStale && $0.time.rawValue == 9 })
  }

  @Test func theCacheStaysSmallWhileSeriesChange() async throws {
    var fixture = Fixture(try target())
    for round in 0..<30 {
      let text = (0..<100).map { "m\(round * 50 + $0){r=\"x\"} \($0)\n" }.joined()
      let counts = try await fixture.scrape(text)
      #expect(counts.added == (round == 0 ? 100 : 50))
      #expect(fixture.samples.count == (round == 0 ? 100 : 150))
    }
    #expect(fixture.writer.cache.entries.count < 700)
  }
}
