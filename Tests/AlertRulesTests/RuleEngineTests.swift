import AlertRules
import MetricModel
import PromQLEngine
import StorageAPI
import Testing

/// A source without any series: expressions of numbers still have values.
private struct EmptySource: SeriesQuerier {
  func select(_ selection: SeriesSelection) async throws(StorageError) -> [any SelectedSeries] {
    []
  }
  func labelNames(_ selections: [SeriesSelection]) async throws(StorageError) -> [String] { [] }
  func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] { [] }
}

@Suite struct RuleEngineTests {
  private let query = RuleQueryResult.query(with: QueryEngine(querier: EmptySource()))
  private let data = RuleTemplateData(
    labels: ["__name__": "up", "instance": "a:1"], value: 1_048_576,
    instant: Timestamp(rawValue: 1_000_000))

  @Test func expressionsAreEvaluatedByTheEngine() async throws {
    #expect(
      try await query("vector(2) * 3", data.instant)
        == .vector([RuleSample(labels: .empty, value: 6)]))
    #expect(try await query("time()", data.instant) == .scalar(1000))
    #expect(try await query("\"text\"", data.instant) == .unusable)
    await #expect(throws: (any Error).self) { try await query("sum(", data.instant) }
  }

  @Test(arguments: [
    ("{{ $labels.instance }} {{ $value | humanize }}", "a:1 1.049M"),
    ("{{ .Labels.__name__ }}{{ $labels.missing }}", "up"),
    ("{{ $externalLabels.cluster }} {{ $externalURL }}", "eu http://t"),
    ("{{ query \"vector(4)\" | first | value }}", "4"),
    ("{{ humanize1024 .Value }}", "1Mi"),
  ])
  func t1_t2_templatesOfRules(template: String, text: String) async throws {
    let expand = RuleTemplateData.expanding(
      externalLabels: ["cluster": "eu"], externalURL: "http://t", query: query)
    #expect(try await expand(template, data) == text)
  }

  @Test func rf6_faultyTemplatesAreFoundAtLoadTime() throws {
    try RuleTemplateData.check("{{ $labels.a }}", name: "summary")
    #expect(throws: (any Error).self) { try RuleTemplateData.check("{{ $nothing }}", name: "x") }
    #expect(throws: (any Error).self) { try RuleTemplateData.check("{{ nofunc 1 }}", name: "x") }
  }
}
