import MetricModel
import PromQLSyntax
import QueryScripts
import StorageAPI
import TestSupport
import Testing

@testable import PromQLEngine

/// `m{i="0"}` to `m{i="9"}` with a sample every 15 s from 0 to 10 min, the value being the number
/// of the sample.
private let store: MemorySeries = {
  var store = MemorySeries()
  for series in 0..<10 {
    let samples = (0...40).map { (Int64($0) * 15_000, Double($0)) }
    store.add(Labels(name: "m", [("i", "\(series)")]), samples)
  }
  return store
}()

private func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

private func expectFailure(
  _ text: String, _ options: QueryOptions = QueryOptions(), _ querier: any SeriesQuerier = store
) async throws -> QueryError? {
  let expression = try QueryEngine.parse(text)
  let engine = QueryEngine(querier: querier, options: options)
  return await #expect(throws: QueryError.self) {
    try await engine.range(expression, from: at(0), through: at(600), step: 15_000)
  }
}

@Test func answersCarryTheirTimes() async throws {
  let engine = QueryEngine(querier: store)
  let scalar = try await engine.instant(QueryEngine.parse("1 + 1"), at: at(60))
  #expect(scalar.value == .scalar(2, at: at(60)))
  let text = try await engine.instant(QueryEngine.parse("\"x\""), at: at(60))
  #expect(text.value == .string("x", at: at(60)))
  let vector = try await engine.instant(QueryEngine.parse("m{i=\"3\"}"), at: at(60))
  let element = VectorElement(labels: Labels(name: "m", [("i", "3")]), value: .float(4))
  #expect(vector.value == .vector([element], at: at(60)))
}

@Test func rangesAreSortedAndHaveGaps() async throws {
  let engine = QueryEngine(querier: store)
  let expression = try QueryEngine.parse("sum(m) > 10 or m{i=\"0\"}")
  let result = try await engine.range(expression, from: at(0), through: at(45), step: 15_000)
  guard case .matrix(let matrix) = result.value else {
    Issue.record("no matrix")
    return
  }
  #expect(matrix.map(\.labels) == [.empty, Labels(name: "m", [("i", "0")])])
  #expect(matrix[0].timestamps == [at(30), at(45)])
  #expect(matrix[1].values == [.float(0), .float(1), .float(2), .float(3)])
}

@Test(arguments: ["m", "rate(m[5m])", "sum(m)", "m + m", "sum_over_time(m[10m:1ms])", "m[5m:1ms]"])
func aLimitOfSamplesIsAnErrorThatNamesIt(text: String) async throws {
  var options = QueryOptions()
  options.maxSamples = 30
  let expression = try QueryEngine.parse(text)
  let engine = QueryEngine(querier: store, options: options)
  let error = await #expect(throws: QueryError.self) {
    if text.hasSuffix("]") {
      _ = try await engine.instant(expression, at: at(600))
    } else {
      _ = try await engine.range(expression, from: at(0), through: at(600), step: 15_000)
    }
  }
  #expect(error == .tooManySamples(limit: 30))
  #expect(error.map { "\($0)".contains("query.max-samples = 30") } == true)
}

/// Memory besides samples counts, too: series at each part of a plan, flags for the groups of set
/// operators.
@Test(arguments: [
  (Array(repeating: "m", count: 120).joined(separator: " or "), 60_000),
  ("m" + String(repeating: " and m", count: 120), 4_000),
  ("m" + String(repeating: " + 1", count: 120), 2_000),
  ("count(m)", 15),
])
func seriesTakeFromTheLimitToo(text: String, limit: Int) async throws {
  let expression = try QueryEngine.parse(text)
  for (samples, fits) in [(limit, false), (limit * 4, true)] {
    var options = QueryOptions()
    options.maxSamples = samples
    let engine = QueryEngine(querier: store, options: options)
    if fits {
      _ = try await engine.instant(expression, at: at(600))
    } else {
      await #expect(throws: QueryError.tooManySamples(limit: samples)) {
        try await engine.instant(expression, at: at(600))
      }
    }
  }
}

@Test func aQueryThatRunsTooLongEnds() async throws {
  var options = QueryOptions()
  options.timeout = .zero
  #expect(try await expectFailure("sum(m)", options) == .timedOut(after: .zero))
}

@Test func aCancelledQueryEnds() async throws {
  let expression = try QueryEngine.parse("sum(m)")
  let error = await #expect(throws: QueryError.self) {
    try await withThrowingTaskGroup(of: QueryResult.self) { group in
      group.cancelAll()
      group.addTask { try await QueryEngine(querier: store).instant(expression, at: at(60)) }
      for try await _ in group {}
    }
  }
  #expect(error == .cancelled)
}

@Test func errorsSayWhere() async throws {
  let error = try await expectFailure("1 + topk(NaN, m)")
  guard case .failed(let message, let range)? = error else {
    Issue.record("\(String(describing: error))")
    return
  }
  #expect(message == "Parameter value is NaN")
  #expect(range.start == SourcePosition(offset: 9, line: 1, column: 10))
}

@Test(arguments: ["m[5m]", "\"x\""])
func onlyNumbersCanBeAskedForOverARange(text: String) async throws {
  let error = try await expectFailure(text)
  let type = text.hasPrefix("m") ? "range vector" : "string"
  #expect(
    "\(error.map(\.description) ?? "")"
      == "invalid expression type \"\(type)\" for range query, must be Scalar or instant Vector")
}

@Test func extremeTimesDoNotTrap() async throws {
  let engine = QueryEngine(querier: store)
  let texts = [
    "m", "m offset 9e9", "m @ -1e15", "rate(m[9e9])", "m offset -290y", "hour()",
    "sum_over_time(m[5m:1m] @ 9e15)", "year(vector(1e300)) + month(vector(-Inf))",
  ]
  for text in texts {
    let expression = try QueryEngine.parse(text)
    for time in [Timestamp.distantPast, .distantFuture, at(0)] {
      _ = try? await engine.instant(expression, at: time)
      _ = try? await engine.range(expression, from: time, through: time, step: .max)
    }
  }
  let expression = try QueryEngine.parse("m")
  await #expect(throws: QueryError.self) {
    try await engine.range(expression, from: .distantPast, through: .distantFuture, step: 1)
  }
  await #expect(throws: QueryError.self) {
    try await engine.range(expression, from: at(0), through: at(1), step: 0)
  }
}

/// The deepest expressions that the parser accepts can be evaluated, too.
@Test(arguments: [
  String(repeating: "(", count: 120) + "m" + String(repeating: ")", count: 120),
  String(repeating: "-", count: 120) + "m",
  "m" + String(repeating: " + on(i) m", count: 250),
  "m" + String(repeating: " or m", count: 250),
  String(repeating: "abs(", count: 120) + "m" + String(repeating: ")", count: 120),
  "1" + String(repeating: " + 1", count: 250),
  "m" + String(repeating: "^ -m", count: 60),
])
func deepExpressionsAreEvaluated(text: String) async throws {
  let expression = try QueryEngine.parse(text)
  let result = try await QueryEngine(querier: store).range(
    expression, from: at(60), through: at(120), step: 30_000)
  guard case .matrix(let matrix) = result.value else {
    Issue.record("no matrix")
    return
  }
  #expect(!matrix.isEmpty)
}

@Test func errorsOfTheStorageArePassedOn() async throws {
  let broken = MemoryQuerier(failure: { _ in .failed("disk on fire") })
  let error = try await expectFailure("sum(m)", QueryOptions(), broken)
  #expect(error == .storage(.failed("disk on fire")))
}

@Test func selectionsAskForTheTimeTheyNeed() async throws {
  let recorder = MemoryQuerier()
  let expression = try QueryEngine.parse("m + rate(m[1m] offset 10s) + max_over_time(m[1h:1m])")
  _ = try await QueryEngine(querier: recorder).range(
    expression, from: at(3600), through: at(7200), step: 60_000)
  let ranges = recorder.selections.map { [$0.from.rawValue + 0, $0.through.rawValue] }
  #expect(
    ranges == [[3_300_001, 7_200_000], [3_530_001, 7_190_000], [-239_999, 7_200_000]])
}

@Test func everyFunctionIsKnownOnce() {
  let names = FunctionTable.all.map(\.signature.name)
  #expect(Set(names).count == names.count)
  #expect(names.count > 80)
}

/// A range with `anchored` or `smoothed` that is a query by itself has a value at each of its
/// edges.
@Test(
  arguments: [
    ("a[10s] smoothed", 10, [(0, 1), (10, 2)]),
    ("a[10s] smoothed", 15, [(5, 1.5), (10, 2), (15, 2.5)]),
    ("a[10s] smoothed", 5, [(-5, 1), (0, 1), (5, 1.5)]),
    ("a[10s] smoothed", 55, [(45, 5.5), (50, 6), (55, 6)]),
    ("a[10s] smoothed", -10, [(-20, 1), (-10, 1)]),
    ("a[10s] anchored", 10, [(0, 1), (10, 2)]),
    ("a[10s] anchored", 15, [(5, 1), (10, 2), (15, 2)]),
    ("a[10s] anchored", 5, [(-5, 1), (0, 1), (5, 1)]),
    ("a[10s] anchored", 55, [(45, 5), (50, 6), (55, 6)]),
    ("a[30s] anchored", 35, [(5, 1), (10, 2), (20, 3), (30, 4), (35, 4)]),
    ("a[10s] anchored", 70, []), ("a[10s] anchored", -10, []),
    ("drop[10s] smoothed", 15, [(5, 6), (10, 7), (15, 4)]),
    ("drop[10s] anchored", 15, [(5, 5), (10, 7), (15, 7)]),
  ] as [(String, Int64, [(Int64, Double)])])
func rangesWithEdges(query: String, seconds: Int64, points: [(Int64, Double)]) async throws {
  var store = MemorySeries()
  store.add(["__name__": "a"], (0...5).map { (Int64($0) * 10_000, Double($0 + 1)) })
  store.add(["__name__": "drop"], [(0, 5), (10_000, 7), (20_000, 1)])
  let result = try await QueryEngine(querier: store).instant(
    try QueryEngine.parse(query), at: Timestamp(rawValue: seconds * 1000))
  guard case .matrix(let series) = result.value else {
    Issue.record("no matrix")
    return
  }
  #expect(series.first?.timestamps.map { $0.rawValue / 1000 } ?? [] == points.map(\.0))
  #expect(series.first?.values.compactMap(\.float) ?? [] == points.map(\.1))
}
