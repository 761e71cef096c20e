import MetricModel
import PromQLSyntax
import StorageAPI

@testable import PromQLEngine

/// Runs scripts against the engine and says which of their cases hold.
struct ScriptRunner {
  /// What became of the cases of a script.
  struct Report {
    var passed = 0
    /// Cases about native histograms, which the engine does not have yet.
    var excluded = 0
    var failures: [String] = []
  }

  private var store = MemorySeries()
  /// Names of metrics with native histograms since the last `clear`.
  private var histogramNames: Set<String> = []
  private(set) var report = Report()

  /// Runs all commands of a script.
  static func run(_ script: Script) async -> Report {
    var runner = ScriptRunner()
    for command in script.commands { await runner.run(command) }
    return runner.report
  }

  private mutating func run(_ command: Script.Command) async {
    switch command {
    case .clear:
      store = MemorySeries()
      histogramNames = []
    case .load(_, let step, let series, let addsNative):
      load(series, step: step)
      if addsNative { noteNativeTwins(of: series.map(\.labels)) }
    case .unreadable(let line, let reason):
      report.failures.append("\(line): \(reason)")
    case .evaluate(let evaluation):
      await evaluate(evaluation)
    }
  }

  private mutating func load(_ series: [(labels: Labels, values: [Script.Value])], step: Int64) {
    var lines: [Labels: [(Int64, Double)]] = [:]
    for (labels, values) in series {
      var samples: [(Int64, Double)] = []
      for (index, value) in values.enumerated() {
        let time = Int64(index) * step
        switch value {
        case .gap: break
        case .histogram: histogramNames.insert(labels.metricName ?? "")
        case .stale: samples.append((time, StaleMarker.value))
        case .number(let number): samples.append((time, number))
        }
      }
      lines[labels] = samples
    }
    for (labels, samples) in lines { store.add(labels, samples) }
  }

  /// Notes the names under which classic histograms were to be loaded as native ones, too.
  private mutating func noteNativeTwins(of series: [Labels]) {
    for name in series.compactMap(\.metricName) {
      for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
        histogramNames.insert(String(name.dropLast(suffix.count)))
      }
    }
  }

  private mutating func evaluate(_ evaluation: Script.Evaluation) async {
    let words = evaluation.expression.split { !($0.isLetter || $0.isNumber || "_:".contains($0)) }
    let notes = evaluation.notes
    let mayMix =
      notes.wantsInfo || notes.wantsWarning || evaluation.expression.contains("__name__=~")
    let mixes = !histogramNames.isEmpty && mayMix
    if evaluation.wantsHistogram || mixes
      || words.contains(where: { histogramNames.contains(String($0)) })
    {
      report.excluded += 1
      return
    }
    if let problem = await problem(with: evaluation) {
      report.failures.append("\(evaluation.line): \(evaluation.expression): \(problem)")
    } else {
      report.passed += 1
    }
  }

  private func problem(with evaluation: Script.Evaluation) async -> String? {
    do {
      let expression = try QueryEngine.parse(evaluation.expression)
      let result = try await query(expression, evaluation)
      if evaluation.mustFail { return "should fail, gives \(result.value)" }
      if let problem = compare(result, evaluation) { return problem }
      if let problem = try await problemInRange(expression, evaluation, result) { return problem }
      return try await problemWhenPinned(expression, evaluation, result)
    } catch let error as ParseError {
      return evaluation.mustFail ? nil : "\(error)"
    } catch {
      guard evaluation.mustFail else { return "\(error)" }
      if let wanted = evaluation.notes.failure, "\(error)" != wanted { return "error: \(error)" }
      return nil
    }
  }

  private func query(
    _ expression: Expression, _ evaluation: Script.Evaluation
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

  /// Asks an instant case again with its outermost selectors pinned by `@`, at other times (rule
  /// 11).
  private func problemWhenPinned(
    _ expression: Expression, _ evaluation: Script.Evaluation, _ result: QueryResult
  ) async throws -> String? {
    let time = evaluation.start
    let pinned = expression.pinned(to: Timestamp(rawValue: time))
    guard case .vector(let vector, _) = result.value, evaluation.range == nil,
      pinned.isStepInvariant
    else { return nil }
    for other in [-10 * time, 0, time / 5, time, 10 * time] {
      let again = try await QueryEngine(querier: store).instant(
        pinned, at: Timestamp(rawValue: other))
      guard case .vector(let found, _) = again.value, found.count == vector.count,
        found.allSatisfy({ element in
          vector.contains {
            $0.labels == element.labels
              && isClose($0.value.float ?? .nan, element.value.float ?? .nan)
          }
        })
      else { return "pinned, at \(other): \(again.value)" }
    }
    return nil
  }

  /// Asks an instant case again as the middle step of a range query (rule 11).
  private func problemInRange(
    _ expression: Expression, _ evaluation: Script.Evaluation, _ result: QueryResult
  ) async throws -> String? {
    guard case .vector(let vector, _) = result.value, evaluation.range == nil,
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
    let same =
      middle.count == vector.count
      && vector.allSatisfy { element in
        middle[element.labels].map { isClose($0, element.value.float ?? .nan) } ?? false
      }
    return same ? nil : "as a range query: \(middle)"
  }
}
