import MetricModel
import PromQLEngine
import PromQLSyntax

/// Runs scripts against the engine and reports which of their cases pass.
///
/// Each instant case is repeated as the middle step of a range query and with its selectors pinned
/// by `@` at other times, as Prometheus' own runner does. Cases that use native histograms are
/// skipped, and only those.
package struct ScriptRunner {
  private var store = MemorySeries()
  private var report = ScriptReport()

  private init() {}

  /// Runs all commands of a script.
  package static func run(_ script: Script) async -> ScriptReport {
    var runner = ScriptRunner()
    for (line, command) in script.commands { await runner.run(command, line: line) }
    return runner.report
  }

  private mutating func run(_ command: Script.Command, line: Int) async {
    switch command {
    case .clear: store = MemorySeries()
    case .load(let step, let series, let addsNative):
      load(series, step: step)
      if addsNative { addNativeTwins(of: series, step: step) }
    case .unreadable(let reason): report.failures.append("\(line): \(reason)")
    case .evaluate(let evaluation): await evaluate(evaluation, line: line)
    }
  }

  /// Loads series from time 0; a repeated series replaces the earlier line.
  private mutating func load(_ series: [Script.Series], step: Int64) {
    var loaded: [Labels: [Int64: MemorySeries.Sample]] = [:]
    for one in series where !one.holdsStarts {
      var samples: [Int64: MemorySeries.Sample] = [:]
      for (index, value) in one.values.enumerated() {
        let time = Int64(index) * step
        switch value {
        case .gap, .start: break
        case .histogram: samples[time] = MemorySeries.Sample(value: .nan, isHistogram: true)
        case .stale: samples[time] = MemorySeries.Sample(value: StaleMarker.value)
        case .number(let number): samples[time] = MemorySeries.Sample(value: number)
        }
      }
      loaded[one.labels] = samples
    }
    for one in series where one.holdsStarts {
      for (index, value) in one.values.enumerated() {
        guard case .start(let distance) = value else { continue }
        let time = Int64(index) * step
        loaded[one.labels]?[time]?.start = time + distance
      }
    }
    for (labels, samples) in loaded { store.add(labels, samples) }
  }

  /// Loads classic histograms as native ones, too, under the name without suffix.
  private mutating func addNativeTwins(of series: [Script.Series], step: Int64) {
    for one in series {
      guard let name = one.labels.metricName, name.hasSuffix("_bucket") else { continue }
      let twin = one.labels.removing(["le"]).setting(
        Label.metricName, String(name.dropLast("_bucket".count)))
      var samples: [Int64: MemorySeries.Sample] = [:]
      for (index, value) in one.values.enumerated() where value != .gap {
        samples[Int64(index) * step] = MemorySeries.Sample(value: .nan, isHistogram: true)
      }
      store.add(twin, samples)
    }
  }

  private mutating func evaluate(_ evaluation: Evaluation, line: Int) async {
    let problem: String?
    do {
      problem = try await self.problem(with: evaluation)
    } catch QueryError.nativeHistogram {
      report.skippedLines.append(line)
      return
    } catch let error as ParseError {
      problem = Self.problem(error.message, shown: "\(error)", evaluation)
    } catch {
      problem = Self.problem("\(error)", shown: "\(error)", evaluation)
    }
    if let problem {
      report.failures.append("\(line): \(evaluation.expression): \(problem)")
    } else {
      report.passed += 1
    }
  }

  /// The difference between an error and the expected one; `nil` if there is none.
  private static func problem(
    _ message: String, shown: String, _ evaluation: Evaluation
  ) -> String? {
    if evaluation.notes.failures.isEmpty { return "fails: \(shown)" }
    let isExpected = evaluation.notes.failures.allSatisfy { $0.matches(message) }
    return isExpected ? nil : "fails with another error: \(message)"
  }

  private func problem(with evaluation: Evaluation) async throws -> String? {
    let expression = try QueryEngine.parse(evaluation.expression)
    let result = try await query(expression, evaluation)
    if !evaluation.notes.failures.isEmpty { return "should fail, gives \(result.value)" }
    if evaluation.wantsHistogram { return "should give a native histogram, gives \(result.value)" }
    if let problem = Self.problem(with: result, evaluation) { return problem }
    guard evaluation.range == nil, case .vector(let vector, _) = result.value else { return nil }
    if let problem = try await problemInRange(expression, evaluation, vector) { return problem }
    return try await problemWhenPinned(expression, evaluation, vector)
  }

  private func query(
    _ expression: Expression, _ evaluation: Evaluation
  ) async throws -> QueryResult {
    let engine = QueryEngine(querier: store)
    if let range = evaluation.range {
      return try await engine.range(
        expression, from: Timestamp(rawValue: evaluation.start),
        through: Timestamp(rawValue: range.end), step: range.step)
    }
    let time = evaluation.rangeVector?.end ?? evaluation.start
    return try await engine.instant(expression, at: Timestamp(rawValue: time))
  }

  /// Repeats an instant case with its outermost selectors pinned by `@`, at other times.
  private func problemWhenPinned(
    _ expression: Expression, _ evaluation: Evaluation, _ vector: [VectorElement]
  ) async throws -> String? {
    let time = evaluation.start
    let pinned = expression.pinned(to: Timestamp(rawValue: time))
    guard pinned.isStepInvariant else { return nil }
    for other in [-10 * time, 0, time / 5, time, 10 * time] {
      let again = try await QueryEngine(querier: store).instant(
        pinned, at: Timestamp(rawValue: other))
      guard case .vector(let found, _) = again.value, found.count == vector.count,
        found.allSatisfy({ element in
          vector.contains {
            $0.labels == element.labels
              && Self.isClose($0.value.float ?? .nan, element.value.float ?? .nan)
          }
        })
      else { return "pinned, at \(other): \(again.value)" }
    }
    return nil
  }

  /// Repeats an instant case as the middle step of a range query.
  private func problemInRange(
    _ expression: Expression, _ evaluation: Evaluation, _ vector: [VectorElement]
  ) async throws -> String? {
    // These functions mean something else in a range query.
    guard
      !["range()", "step()", "start()", "end()"].contains(where: evaluation.expression.contains)
    else { return nil }
    let time = evaluation.start
    let ranged = try await QueryEngine(querier: store).range(
      expression, from: Timestamp(rawValue: time - 60_000),
      through: Timestamp(rawValue: time + 60_000), step: 60_000)
    guard case .matrix(let matrix) = ranged.value else { return "no matrix" }
    var middle: [Labels: Double] = [:]
    for series in matrix {
      for (at, value) in zip(series.timestamps, series.values) where at.rawValue == time {
        middle[series.labels] = value.float
      }
    }
    let isSame =
      middle.count == vector.count
      && vector.allSatisfy { element in
        middle[element.labels].map { Self.isClose($0, element.value.float ?? .nan) } ?? false
      }
    return isSame ? nil : "as a range query: \(middle)"
  }
}
