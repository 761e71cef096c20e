import MetricModel
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import RemoteWrite

/// The files that can be imported, and the errors of those that cannot.
struct OpenMetricsImportTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory(prefix: "tocsin-import") }

  private func imported(_ text: String) async throws -> [String] {
    let store = MemoryAppender()
    let file = try folder.write(text, to: "metrics")
    var last = OpenMetricsImport.Progress()
    let end = try await OpenMetricsImport(into: .store(store)).run(file) { last = $0 }
    #expect(end == last)
    #expect(end.bytes == text.utf8.count)
    return store.samples.map(\.description)
  }

  @Test(arguments: [
    // The example of Prometheus' documentation for `create-blocks-from openmetrics`.
    (
      """
      # HELP http_requests_total The total number of HTTP requests.
      # TYPE http_requests_total counter
      http_requests_total{code="200",service="user"} 123 1609954636
      http_requests_total{code="500",service="user"} 456 1609954730
      # EOF

      """,
      [
        #"http_requests_total{code="200", service="user"} 123 @1609954636000"#,
        #"http_requests_total{code="500", service="user"} 456 @1609954730000"#,
      ]
    ),
    // `promtool tsdb dump-openmetrics`
    (
      "up{instance=\"a:1\",job=\"x\"} 1.0267820369e+10 1700215884.373\nup 0 -1.500\n# EOF\n",
      [
        #"up{instance="a:1", job="x"} 1.0267820369e+10 @1700215884373"#,
        "up 0 @-1500",
      ]
    ),
    // `promtool tsdb dump`
    (
      "{__name__=\"up\", job=\"x\"} 1 1700215884373\n{__name__=\"up\", job=\"x\"} +Inf 1700215889373\n",
      [
        #"up{job="x"} 1 @1700215884373"#,
        #"up{job="x"} +Inf @1700215889373"#,
      ]
    ),
    (
      "{\"a.b\",\"c d\"=\"e\\n\"} NaN 1\n# EOF\n",
      [#"{__name__="a.b", "c d"="e\n"} NaN @1000"#]
    ),
    ("# EOF\n", []),
  ])
  func reads(text: String, samples: [String]) async throws {
    #expect(try await imported(text) == samples)
  }

  @Test(arguments: [
    ("m 1\n# EOF\n", ":1: a sample without a time cannot be imported"),
    ("m 1 1\nm 1 x\n# EOF\n", ":2: expected a timestamp in seconds, found \"x\""),
    ("m 1 1\n", ":1: expected # EOF as the last line, found"),
    ("m 1 1\n# EOF\nm 1 2\n", ":3: expected nothing after # EOF, found"),
    ("m 1 1\nm{a=\"1\",a=\"2\"} 1 1\n# EOF\n", ":2: expected each label once, found \"a\" twice"),
    ("{a=\"b\"} 1 1\n# EOF\n", ":1: "), ("", ":1: expected # EOF as the last line"),
    ("{__name__=\"up\"} 1 1.5\n", ":1: expected a timestamp in milliseconds"),
  ])
  func refuses(text: String, reason: String) async throws {
    let file = try folder.write(text, to: "metrics")
    let store = MemoryAppender()
    let failure = await #expect(throws: OpenMetricsImport.Failure.self) {
      try await OpenMetricsImport(into: .store(store)).run(file) { _ in }
    }
    #expect(failure?.description.hasPrefix(file + reason) == true, "\(String(describing: failure))")
    #expect(store.samples.isEmpty)
  }

  /// Line numbers continue across the blocks of a file, and no sample is lost between two blocks.
  @Test func filesOfManyBlocks() async throws {
    let filler = String(repeating: "v", count: 1_000)
    let lines = (0..<5_000).map { "m{n=\"\($0 % 7)\",filler=\"\(filler)\"} \($0) \($0)\n" }
    let good = try await imported(lines.joined() + "# EOF\n")
    #expect(good.count == 5_000)
    for (place, sample) in good.enumerated() where !sample.hasSuffix(" \(place) @\(place * 1000)") {
      Issue.record("sample \(place) is \(sample.suffix(30))")
    }
    let file = try folder.write(
      lines.joined() + "bad\n# EOF\n", to: "bad")
    let failure = await #expect(throws: OpenMetricsImport.Failure.self) {
      try await OpenMetricsImport(into: .store(MemoryAppender())).run(file) { _ in }
    }
    #expect(failure?.description.hasPrefix(file + ":5001: ") == true)
    let early = try folder.write(
      lines[..<3_000].joined() + "# EOF\n" + lines[3_000...].joined() + "# EOF\n", to: "early")
    let end = await #expect(throws: OpenMetricsImport.Failure.self) {
      try await OpenMetricsImport(into: .store(MemoryAppender())).run(early) { _ in }
    }
    #expect(end?.description.contains(":3002: expected nothing after # EOF") == true)
  }

  @Test func refusedSamplesAreCountedAndOthersImported() async throws {
    let store = MemoryAppender()
    store.adjustOutcomes { $0.tooOld = 3 }
    let lines = (0..<12_000).map { "m 1 \($0)\n" }
    let file = try folder.write(lines.joined() + "# EOF\n", to: "metrics")
    let end = try await OpenMetricsImport(into: .store(store)).run(file) { _ in }
    #expect(end.samples == 12_000)
    #expect(end.refusals == 3)
    #expect(end.firstRefusal.hasPrefix("3 samples too old"))
  }

  @Test func aMissingFileIsNamed() async throws {
    let failure = await #expect(throws: OpenMetricsImport.Failure.self) {
      try await OpenMetricsImport(into: .store(MemoryAppender())).run("/none/there") { _ in }
    }
    #expect(failure?.description.hasPrefix("/none/there: ") == true)
  }
}
