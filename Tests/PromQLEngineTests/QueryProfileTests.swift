import MetricModel
import PromQLEngine
import QueryScripts
import Testing

/// What the profile of a query says of its parts, samples and steps.
struct QueryProfileTests {
  /// Three counters, one sample every 15 s for ten minutes, 7 s off the full minute.
  private static let store: MemorySeries = {
    var store = MemorySeries()
    for instance in 0..<3 {
      let labels: Labels = ["__name__": "c_total", "instance": String(instance), "job": "a"]
      store.add(labels, (0..<40).map { (Int64($0) * 15_000 + 7_000, Double($0 * (instance + 1))) })
    }
    return store
  }()

  private static func profile(
    _ text: String, range: Bool = false
  ) async throws -> (QueryProfile, QueryResult) {
    var options = QueryOptions()
    options.recordsProfile = true
    let engine = QueryEngine(querier: store, options: options)
    let expression = try QueryEngine.parse(text)
    let result =
      range
      ? try await engine.range(
        expression, from: Timestamp(rawValue: 300_000), through: Timestamp(rawValue: 540_000),
        step: 60_000)
      : try await engine.instant(expression, at: Timestamp(rawValue: 300_000))
    return (try #require(result.profile), result)
  }

  /// The plan as lines: indentation, title, series, steps and samples read.
  private static func lines(_ nodes: [QueryProfile.Node], _ depth: Int = 0) -> [String] {
    nodes.flatMap { node in
      let indent = String(repeating: "  ", count: depth)
      let line =
        "\(indent)\(node.title) | \(node.series) series, \(node.steps) steps, \(node.samplesRead) read"
      return [line] + lines(node.children, depth + 1)
    }
  }

  @Test(arguments: [
    ("1 + 2", []),
    ("c_total", ["c_total | 3 series, 1 steps, 60 read"]),
    (
      "sum by (job) (rate(c_total[1m]))",
      [
        "sum by (job) | 1 series, 1 steps, 0 read", "  rate() | 3 series, 1 steps, 0 read",
        "    c_total[1m] | 3 series, 1 steps, 12 read",
      ]
    ),
    (
      "-(c_total{instance=\"1\"}) + on (instance) c_total @ 60",
      [
        "+ on (instance) | 1 series, 1 steps, 0 read", "  unary - | 1 series, 1 steps, 0 read",
        "    c_total{instance=\"1\"} | 1 series, 1 steps, 20 read",
        "  c_total @ 60.000 | 3 series, 1 steps, 12 read",
      ]
    ),
    (
      "scalar(c_total{instance=\"1\"}) + timestamp(c_total)",
      [
        "+ | 3 series, 1 steps, 0 read", "  scalar() | 0 series, 1 steps, 0 read",
        "    c_total{instance=\"1\"} | 1 series, 1 steps, 20 read",
        "  timestamp() | 3 series, 1 steps, 0 read", "    c_total | 3 series, 1 steps, 60 read",
      ]
    ),
    (
      "max_over_time(c_total[2m:30s])",
      [
        "max_over_time() | 3 series, 1 steps, 0 read",
        "  subquery[2m:30s] | 3 series, 1 steps, 0 read",
        "    c_total | 3 series, 4 steps, 60 read",
      ]
    ),
  ])
  func everyPartHasItsLine(query: String, lines: [String]) async throws {
    let (profile, _) = try await Self.profile(query)
    #expect(Self.lines(profile.roots) == lines)
  }

  @Test func partsThatNeverChangeAreEvaluatedOnce() async throws {
    let (profile, _) = try await Self.profile("c_total - c_total @ 100", range: true)
    #expect(profile.roots[0].children.map(\.method).last == "once for all steps")
    #expect(profile.roots[0].children.map(\.steps) == [5, 1])
  }

  /// Samples counted as in Prometheus. Queryable: for each value of a selector one, for a range the
  /// whole window at each step; samples that a subquery reads do not count, those that its window
  /// holds do. Read: only those that the window of the step before did not hold, and those that a
  /// subquery reads.
  @Test(arguments: [
    ("c_total", [3, 3, 3, 3, 3], [3, 3, 3, 3, 3]),
    ("rate(c_total{instance=\"0\"}[1m])", [4, 4, 4, 4, 4], [4, 4, 4, 4, 4]),
    ("rate(c_total{instance=\"0\"}[2m])", [8, 8, 8, 8, 8], [8, 4, 4, 4, 4]),
    ("c_total @ 100", [3, 3, 3, 3, 3], [3, 0, 0, 0, 0]),
    ("sum(c_total) + count(c_total offset 4m)", [6, 6, 6, 6, 6], [6, 6, 6, 6, 6]),
    ("max_over_time(c_total{instance=\"0\"}[2m:30s])", [4, 4, 4, 4, 4], [4, 2, 2, 2, 2]),
    // Instants of the subquery that lie in no window are not read.
    ("max_over_time(c_total{instance=\"0\"}[30s:10s])", [3, 3, 3, 3, 3], [3, 3, 3, 3, 3]),
    (
      "max_over_time(c_total{instance=\"0\"}[2m:30s] offset 1m)", [4, 4, 4, 4, 4],
      [4, 2, 2, 2, 2]
    ),
    ("max_over_time(rate(c_total[1m])[2m:30s] @ 200)", [12, 12, 12, 12, 12], [30, 0, 0, 0, 0]),
    (
      "predict_linear(c_total{instance=\"0\"}[1m] @ 100, 60)", [4, 4, 4, 4, 4], [4, 0, 0, 0, 0]
    ),
    ("increase(c_total{instance=\"0\"}[1m] anchored)", [20, 24, 24, 24, 24], [20, 4, 4, 4, 4]),
    ("c_total smoothed", [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]),
    ("timestamp(c_total)", [3, 3, 3, 3, 3], [3, 3, 3, 3, 3]),
    ("c_total offset 5m", [0, 3, 3, 3, 3], [0, 3, 3, 3, 3]),
    ("vector(1)", [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]),
  ])
  func samplesAreCountedByStep(query: String, queryable: [Int], read: [Int]) async throws {
    let (profile, _) = try await Self.profile(query, range: true)
    #expect(profile.queryableSamplesPerStep.map(\.count) == queryable)
    #expect(profile.queryableSamplesPerStep.map(\.time.rawValue).first == 300_000)
    #expect(profile.queryableSamples == queryable.reduce(0, +))
    #expect(profile.readSamplesPerStep.map(\.count) == read)
    #expect(profile.readSamplesPerStep.map(\.time.rawValue).first == 300_000)
    #expect(profile.readSamples == read.reduce(0, +))
  }

  /// A subquery that is the whole query counts the samples inside of it.
  @Test(arguments: [
    ("max_over_time(c_total{instance=\"0\"}[1m])[2m:30s]", 16, 10),
    ("c_total[1m:30s]", 6, 6), ("c_total[1m]", 12, 12), ("c_total @ 100", 3, 3),
  ])
  func samplesOfAnInstantAreCounted(query: String, queryable: Int, read: Int) async throws {
    let (profile, _) = try await Self.profile(query)
    #expect(profile.queryableSamples == queryable)
    #expect(profile.readSamples == read)
  }

  @Test func timeIsWithinTheQuerysTime() async throws {
    let (profile, _) = try await Self.profile("sum(rate(c_total[1m]))", range: true)
    let root = profile.roots[0]
    #expect(root.time <= profile.preparation + profile.evaluation)
    #expect(root.children[0].time <= root.time)
    #expect(root.ownTime == root.time - root.children[0].time)
    #expect(profile.peakSamples > 0)
  }

  @Test(arguments: [
    "sum by (job) (rate(c_total[1m]))", "topk(2, c_total)", "c_total / on (instance) c_total @ 60",
    "c_total or vector(1)", "quantile(0.5, c_total)", "increase(c_total[1m] anchored)",
    "absent(nothing)", "max_over_time(c_total[2m:30s])",
    "label_replace(c_total, \"x\", \"$1\", \"job\", \"(.*)\")",
  ])
  func recordingChangesNoAnswer(query: String) async throws {
    let expression = try QueryEngine.parse(query)
    let (_, recorded) = try await Self.profile(query)
    let plain = try await QueryEngine(querier: Self.store).instant(
      expression, at: Timestamp(rawValue: 300_000))
    #expect(recorded.value == plain.value)
    #expect(recorded.infos == plain.infos)
    #expect(plain.profile == nil)
  }
}
