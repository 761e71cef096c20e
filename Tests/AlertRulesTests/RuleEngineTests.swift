import AlertRules
import MetricModel
import PromQLEngine
import StorageAPI
import Testing

/// A source without any series: expressions of numbers still have values.
private struct EmptySource: SeriesQuerier {
  func select(_ selection: SeriesSelection) async throws(StorageError) -> any SelectedSeries {
    NoSeries()
  }
  func labelNames(_ selections: [SeriesSelection]) async throws(StorageError) -> [String] { [] }
  func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] { [] }
}

private final class NoSeries: SelectedSeries {
  let labels: [Labels] = []
  func read(
    _ place: Int, from: Timestamp, through: Timestamp, into columns: inout SampleColumns
  ) throws(StorageError) {}
}

@Suite struct RuleEngineTests {
  private let query = RuleQueryResult.query(with: QueryEngine(querier: EmptySource()))
  private let instant = Timestamp(rawValue: 1_000_000)

  @Test func expressionsAreEvaluatedByTheEngine() async throws {
    #expect(
      try await query("vector(2) * 3", instant)
        == .vector([RuleSample(labels: .empty, value: 6)]))
    #expect(try await query("time()", instant) == .scalar(1000))
    #expect(try await query("\"text\"", instant) == .unusable)
    await #expect(throws: (any Error).self) { try await query("sum(", instant) }
  }
}
