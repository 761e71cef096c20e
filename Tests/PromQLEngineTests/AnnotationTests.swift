import MetricModel
import PromQLEngine
import Testing

@testable import QueryScripts

/// The annotations of a query: their texts and their places.
struct AnnotationTests {
  private static func answer(
    _ text: String, in store: MemorySeries, steps: Int64 = 1
  ) async throws -> QueryResult {
    let engine = QueryEngine(querier: store)
    let expression = try QueryEngine.parse(text)
    guard steps > 1 else {
      return try await engine.instant(expression, at: Timestamp(rawValue: 240_000))
    }
    return try await engine.range(
      expression, from: Timestamp(rawValue: 240_000),
      through: Timestamp(rawValue: 240_000 + (steps - 1) * 30_000), step: 30_000)
  }

  private static func store(
    _ names: [String], labels: Labels = .empty
  ) -> MemorySeries {
    var store = MemorySeries()
    for name in names {
      store.add(
        labels.setting("__name__", name), (0..<30).map { (Int64($0) * 15_000, Double($0)) })
    }
    return store
  }

  private static func counter(_ name: String, _ place: String) -> String {
    "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
      + "\"\(name)\" (\(place))"
  }

  /// One annotation for each metric with a result; one that occurs twice has the place that is
  /// evaluated last.
  @Test(arguments: [
    ("rate(a[1m])", [counter("a", "1:6")]),
    ("rate(c_total[1m])", []),
    ("rate(a[1m] offset 1h)", []),
    ("rate(nothing[1m])", []),
    ("irate(a[1m])", []),
    ("delta(a[1m])", []),
    (
      #"sum(increase({__name__=~"a|b|c_total"}[1m]))"#,
      [counter("a", "1:14"), counter("b", "1:14")]
    ),
    (#"rate({"x\"y"}[1m])"#, [counter(#"x\"y"#, "1:6")]),
    ("rate(a[1m]) + rate(a[1m])", [counter("a", "1:20")]),
    ("rate(a[1m]) + rate(b[1m])", [counter("a", "1:6"), counter("b", "1:20")]),
    ("rate(rate(a[1m])[2m:30s])", [counter("a", "1:6")]),
    ("rate(a[1m] anchored)", [counter("a", "1:6")]),
  ])
  func metricsThatAreNoCountersAreReported(query: String, infos: [String]) async throws {
    let store = Self.store(["a", "b", "c_total", "x\"y"])
    // The sides of an operator may be read in any order.
    #expect(try await Self.answer(query, in: store).infos.sorted() == infos)
    #expect(try await Self.answer(query, in: store, steps: 3).infos.sorted() == infos)
  }

  @Test(arguments: [
    ("quantile(2, a)", ["got 2 (1:10)"]),
    ("quantile(2, a) + quantile(2, a)", ["got 2 (1:27)"]),
    ("quantile(2, a) + quantile(3, a)", ["got 2 (1:10)", "got 3 (1:27)"]),
    ("quantile_over_time(-1, a[1m])", ["got -1 (1:20)"]),
    ("quantile(2, quantile(2, a))", ["got 2 (1:10)"]),
    ("quantile(2, nothing)", ["got 2 (1:10)"]),
    ("quantile_over_time(2, nothing[1m])", []),
  ])
  func sameWarningsBecomeOne(query: String, ends: [String]) async throws {
    let texts = ends.map {
      "PromQL warning: quantile value should be between 0 and 1, \($0)"
    }
    #expect(try await Self.answer(query, in: Self.store(["a"])).warnings == texts)
  }

  /// Each window of a series whose samples contradict each other counts; the annotation has the
  /// first of two places.
  @Test(arguments: [
    ("rate(d_total[2m])", 1, ""), ("rate(d_total[2m])", 3, " (2 occurrences)"),
    ("rate(d_total[2m]) + rate(d_total[2m])", 1, " (2 occurrences)"),
    ("rate({__name__=\"d_total\"}[2m])", 1, ""),
    ("rate(d_total[30s])", 1, nil), ("irate(d_total[2m])", 1, nil), ("resets(d_total[2m])", 1, nil),
    ("rate(d_total[2m] anchored)", 1, nil),
  ])
  func contradictingStartsAreCounted(query: String, steps: Int64, count: String?) async throws {
    var store = MemorySeries()
    // Only between the samples at 180 s and 210 s.
    var samples: [Int64: MemorySeries.Sample] = [:]
    for place in 0..<Int64(6) {
      samples[120_000 + place * 30_000] = MemorySeries.Sample(
        value: Double(place), start: place < 3 ? 90_000 : 100_000)
    }
    store.add(["__name__": "d_total"], samples)
    let text = count.map {
      "PromQL warning: sample has start time that overlaps with previous sample timestamp for metric "
        + "\"d_total\"\($0) (1:6)"
    }
    let result = try await Self.answer(query, in: store, steps: steps)
    #expect(result.warnings == (text.map { [$0] } ?? []))
  }
}
