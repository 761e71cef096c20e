import AlertRules
import EvaluatorConfiguration
import Logging
import MetricModel
import PromQLEngine
import QueryScripts

/// The outcome of the tests of a file.
package struct RuleTestReport: Sendable {
  /// The number of cases that passed.
  package var passed = 0
  /// A text for each case that failed: `FILE:LINE:COLUMN: …`.
  package var failures: [String] = []
}

extension RuleTestFile {
  /// Runs the tests whose name is wanted, one after another.
  ///
  /// As in promtool, all groups are evaluated at each step of `evaluation_interval`, whatever their
  /// own interval is, with the samples up to then. An alert case checks the last step at or before
  /// its time. A rule that fails ends its test.
  package func run(where isWanted: (String) -> Bool = { _ in true }) async -> RuleTestReport {
    var report = RuleTestReport()
    for test in tests where isWanted(test.name) { await run(test, into: &report) }
    return report
  }

  private func run(_ test: Test, into report: inout RuleTestReport) async {
    let store = RuleTestStore()
    let engine = QueryEngine(querier: store)
    let groups = groups(for: test, store: store, engine: engine)
    var fed = 0
    for elapsed in stride(from: 0, through: test.length, by: Int(interval.milliseconds)) {
      let elapsed = Int64(elapsed)
      let now = test.start.adding(milliseconds: elapsed)
      fed = feed(store, test, from: fed, through: elapsed)
      for group in groups {
        await group.evaluate(at: now)
        if let failure = await Self.failure(of: group) {
          report.failures.append(
            "\(failure) (test \"\(test.name)\", at \(PrometheusDuration(rawValue: elapsed)))")
          return
        }
      }
      for alerts in test.alerts
      where (elapsed..<elapsed + interval.milliseconds).contains(alerts.time) {
        await check(alerts, of: test, groups, into: &report)
      }
    }
    _ = feed(store, test, from: fed, through: test.length)
    for expression in test.expressions {
      await check(expression, of: test, engine, into: &report)
    }
  }

  private func groups(
    for test: Test, store: RuleTestStore, engine: QueryEngine
  ) -> [RuleGroup] {
    let queries = TemplateQueries(engine: engine)
    let templates = RuleTemplates(
      externalURL: test.externalURL, externalLabels: test.externalLabels
    ) { try await queries.elements(of: $0, at: $1) }
    let services = RuleServices(
      query: engine.ruleQuery, expand: { try await templates.expand($0, $1) }, appender: store,
      store: store,
      sink: store,
      // The report lists the failures.
      log: Logger(label: "rules") { _ in SwiftLogNoOpLogHandler() })
    var settings = RuleSettings()
    settings.externalLabels = test.externalLabels
    settings.externalURL = test.externalURL
    return groups.map { definition in
      var definition = definition
      // Each step is one tick of the group.
      definition.interval = interval
      return RuleGroup(definition, services: services, settings: settings)
    }
  }

  /// Adds the samples of all steps up to a time to the store. Returns the first step that is left.
  private func feed(
    _ store: RuleTestStore, _ test: Test, from first: Int, through elapsed: Int64
  ) -> Int {
    let next = Int(elapsed / test.interval.milliseconds) + 1
    guard next > first else { return first }
    for series in test.series {
      let places = first..<max(first, min(next, series.values.count))
      let samples = places.compactMap { place -> (Int64, Double)? in
        guard case .number(let value) = series.values[place] else { return nil }
        return (test.start.rawValue + Int64(place) * test.interval.milliseconds, value)
      }
      if !samples.isEmpty { store.add(series.labels, samples) }
    }
    return next
  }

  private static func failure(of group: RuleGroup) async -> String? {
    let snapshot = await group.snapshot
    for rule in snapshot.rules {
      guard let error = rule.lastError else { continue }
      return "\(snapshot.file):\(rule.definition.line): rule \(rule.definition.name): \(error)"
    }
    return nil
  }

  private func check(
    _ alerts: AlertCase, of test: Test, _ groups: [RuleGroup], into report: inout RuleTestReport
  ) async {
    var firing: [FiringAlert] = []
    for group in groups {
      for rule in await group.snapshot.rules
      where rule.isAlerting && rule.definition.name == alerts.name {
        firing += rule.alerts.filter { $0.machine.state == .firing }
          .map { FiringAlert(labels: $0.labels, annotations: $0.annotations) }
      }
    }
    guard firing.sorted() != alerts.expected else {
      report.passed += 1
      return
    }
    report.failures.append(
      Self.failure(
        at: alerts.place, "\(alerts.name) at \(PrometheusDuration(rawValue: alerts.time))",
        of: test, expected: alerts.expected, got: firing.sorted()))
  }

  private func check(
    _ expression: ExpressionCase, of test: Test, _ engine: QueryEngine,
    into report: inout RuleTestReport
  ) async {
    let what = "\(expression.expression) at \(PrometheusDuration(rawValue: expression.time))"
    let got: [VectorElement]
    do {
      let now = test.start.adding(milliseconds: expression.time)
      let value = try await engine.instant(expression.expression.tree, at: now).value
      guard let elements = value.elements else { throw RuleError.resultType }
      got = elements
    } catch {
      report.failures.append("\(expression.place): \(what): \(error) (test \"\(test.name)\")")
      return
    }
    let order = { (left: VectorElement, right: VectorElement) in left.labels < right.labels }
    let expected = expression.expected.sorted(by: order)
    let sorted = got.sorted(by: order)
    let isEqual =
      sorted.count == expected.count
      && zip(sorted, expected).allSatisfy {
        $0.labels == $1.labels && isSame($0.value, $1.value)
      }
    guard !isEqual else {
      report.passed += 1
      return
    }
    let text = { (element: VectorElement) in
      "\(element.labels) \(FloatFormat.string(element.value.float ?? 0))"
    }
    report.failures.append(
      Self.failure(
        at: expression.place, what, of: test, expected: expected.map(text), got: sorted.map(text)))
  }

  private func isSame(_ left: Sample, _ right: Sample) -> Bool {
    switch (left, right) {
    case (.float(let left), .float(let right)): isSame(left, right)
    }
  }

  private func isSame(_ left: Double, _ right: Double) -> Bool {
    // NaN is not equal to itself, so promtool's tests cannot expect it; Tocsin's can.
    if left == right || left.isNaN && right.isNaN { return true }
    return comparesFuzzily && (left.nextUp == right || left.nextDown == right)
  }

  /// The text of a failure, without the items that both sides have.
  private static func failure<Item: Hashable & CustomStringConvertible>(
    at place: Place, _ what: String, of test: Test, expected: [Item], got: [Item]
  ) -> String {
    let missing = expected.filter { !got.contains($0) }.map { "  expected \($0)" }
    let surplus = got.filter { !expected.contains($0) }.map { "  got      \($0)" }
    let counts =
      missing.isEmpty && surplus.isEmpty
      ? ["  expected \(expected.count) of them, got \(got.count)"] : []
    return (["\(place): \(what) (test \"\(test.name)\")"] + missing + surplus + counts)
      .joined(separator: "\n")
  }
}
