import MetricModel
import StorageAPI
import Testing

@testable import SampleStore

/// Series whose labels look the same, but differ in Unicode composition, are different series.
struct ExactLabelTests {
  private static let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")

  @Test func seriesThatLookTheSameStayTwo() async throws {
    let fixture = try await StoreFixture()
    let byValue = [Self.composed, Self.decomposed].map { Labels(name: "m", [("n", $0)]) }
    let byName = [Self.composed, Self.decomposed].map { Labels(name: "m", [($0, "v")]) }
    for (place, labels) in (byValue + byName).enumerated() {
      try await fixture.store.append(labels, [(1000, Double(place))])
    }
    for store in [fixture.store, try await fixture.afterKill()] {
      #expect(store.stats.series == 4)
      for (place, labels) in (byValue + byName).enumerated() {
        #expect(try await store.samples(of: labels) == [[1000, Double(place)]])
      }
      for (labels, text) in zip(byValue, [Self.composed, Self.decomposed]) {
        #expect(try await Array(store.samples([LabelMatcher("n", equals: text)]).keys) == [labels])
      }
      for (labels, text) in zip(byName, [Self.composed, Self.decomposed]) {
        #expect(try await Array(store.samples([LabelMatcher(text, equals: "v")]).keys) == [labels])
      }
      // Cached selections differ, too.
      #expect(try await store.samples([LabelMatcher("n", .notEqual, Self.composed)]).count == 3)
      #expect(try await store.samples([LabelMatcher("n", .notEqual, Self.decomposed)]).count == 3)
      let values = try await store.labelValues(of: "n", [])
      #expect(
        values.map { Array($0.utf8) } == [Array(Self.decomposed.utf8), Array(Self.composed.utf8)])
      #expect(try await store.labelNames([]).count == 4)
      let everything = SeriesSelection(matchers: [LabelMatcher("__name__", equals: "m")])
      #expect(try await store.labelValues(of: "n", [everything]).count == 2)
      #expect(try await store.labelNames([everything]).count == 4)
      #expect(store.cardinality().pairCount == 5)
    }
  }
}
