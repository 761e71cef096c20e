import Configuration
import AlertRules
import EvaluatorConfiguration
package import YAMLDecoding
import MetricModel
import PromQLEngine
import QueryScripts

/// A file with tests of rules in promtool's format (prometheus.io, "Unit testing for rules").
package struct RuleTestFile: Sendable {
  /// The rules, in the order in which their groups are evaluated.
  var groups: [RuleGroupDefinition] = []
  /// The time between evaluations.
  var interval = Duration.minutes(1)
  /// Whether values may differ in their last bit.
  var comparesFuzzily = false
  var tests: [Test] = []

  /// One test: input series, and the expected alerts and values.
  struct Test: Sendable {
    var name: String
    /// The time between the values of a series.
    var interval: Duration
    /// The time of the first value.
    var start: Timestamp
    var series: [SeriesDescription]
    var alerts: [AlertCase]
    var expressions: [ExpressionCase]
    var externalLabels: Labels
    var externalURL: String

    /// The time of the last case, in milliseconds after the start.
    var length: Int64 {
      max(alerts.map(\.time).max() ?? 0, expressions.map(\.time).max() ?? 0)
    }
  }

  /// The alerts of a name that must fire at a time.
  struct AlertCase: Sendable {
    /// Milliseconds from the start.
    var time: Int64
    var name: String
    var expected: [FiringAlert]
    var place: Place
  }

  /// The labels and annotations of a firing alert.
  struct FiringAlert: Hashable, Sendable, Comparable, CustomStringConvertible {
    var labels: Labels
    var annotations: Labels

    static func < (left: FiringAlert, right: FiringAlert) -> Bool {
      left.labels == right.labels
        ? left.annotations < right.annotations : left.labels < right.labels
    }

    var description: String { "\(labels) annotations \(annotations)" }
  }

  /// The place of a case: `FILE:LINE:COLUMN`.
  struct Place: Sendable, CustomStringConvertible {
    let description: String

    init(_ mapping: ConfigMapping) {
      description =
        "\(mapping.source.file):\(mapping.position.line):\(mapping.position.column)"
    }
  }

  /// The expected elements of an expression's value at a time.
  struct ExpressionCase: Sendable {
    /// Milliseconds from the start.
    var time: Int64
    var expression: RuleExpression
    var expected: [VectorElement]
    var place: Place
  }

  /// Reads the file and its rule files; errors are reported to `diagnostics`.
  package static func read(_ path: String, diagnostics: ConfigDiagnostics) -> RuleTestFile {
    var file = RuleTestFile()
    guard let source = ConfigSource.read(path: path, into: diagnostics),
      let node = ConfigDocument.root(of: source, into: diagnostics),
      let root = ConfigMapping(node, context: "the test file", diagnostics: diagnostics)
    else { return file }
    file.interval = Self.interval("evaluation_interval", in: root) ?? file.interval
    file.comparesFuzzily = root.bool("fuzzy_compare") ?? false
    file.readGroups(root, directory: ConfigPath.directory(of: path))
    for (index, test) in root.mappings("tests", context: "test").enumerated() {
      file.tests.append(
        Test(test, unnamed: "unnamed#\(index)", defaultInterval: file.interval))
    }
    root.finish()
    return file
  }

  static func interval(_ key: String, in mapping: ConfigMapping) -> Duration? {
    guard let interval = mapping.duration(key) else { return nil }
    guard interval > .zero else {
      mapping.report("\"\(key)\" must be longer than nothing", key: key)
      return nil
    }
    return interval
  }

  private mutating func readGroups(_ root: ConfigMapping, directory: String) {
    var defaults = RuleDefaults()
    defaults.interval = interval
    for (text, node) in root.textNodes("rule_files") {
      let files = FilePattern(text).files(in: directory)
      if files.isEmpty {
        root.diagnostics.warn(node.error("no file matches \"\(text)\""))
      }
      for file in files {
        groups += RuleFiles.load(path: file, defaults: defaults, into: root.diagnostics)
      }
    }
    var order: [String: Int] = [:]
    for (name, node) in root.textNodes("group_eval_order") {
      if order.updateValue(order.count, forKey: name) != nil {
        root.diagnostics.report(node.error("group \"\(name)\" stands twice in group_eval_order"))
      }
    }
    // As in promtool, groups that are not named sort with the first one; the sort must be stable.
    groups = groups.enumerated().sorted { left, right in
      let places = (order[left.element.name] ?? 0, order[right.element.name] ?? 0)
      return places.0 == places.1 ? left.offset < right.offset : places.0 < places.1
    }.map(\.element)
  }
}

extension RuleTestFile.Test {
  fileprivate init(
    _ mapping: ConfigMapping, unnamed: String, defaultInterval: Duration
  ) {
    name = mapping.string("name").flatMap { $0.isEmpty ? nil : $0 } ?? unnamed
    interval = RuleTestFile.interval("interval", in: mapping) ?? defaultInterval
    start = Self.start(in: mapping)
    series = mapping.mappings("input_series", context: "input series").compactMap(Self.series)
    alerts = mapping.mappings("alert_rule_test", context: "alert test").compactMap(Self.alertCase)
    expressions = mapping.mappings("promql_expr_test", context: "expression test")
      .compactMap(Self.expressionCase)
    externalLabels = Self.labels("external_labels", in: mapping)
    externalURL = mapping.string("external_url") ?? ""
    mapping.finish()
  }

  /// Unix seconds or RFC 3339.
  private static func start(in mapping: ConfigMapping) -> Timestamp {
    guard let text = mapping.string("start_timestamp") else { return Timestamp(rawValue: 0) }
    if let seconds = Double(text), seconds.magnitude < 1e12 {
      return Timestamp(rawValue: Int64((seconds * 1000).rounded()))
    }
    if let time = Timestamp(rfc3339: text) { return time }
    mapping.report(
      "\"start_timestamp\" cannot be \"\(text)\"", key: "start_timestamp",
      fix: "write Unix seconds, or a time like 2026-01-02T15:04:05Z")
    return Timestamp(rawValue: 0)
  }

  private static func labels(_ key: String, in mapping: ConfigMapping) -> Labels {
    Labels(mapping.stringPairs(key).map { ($0.key, $0.text) })
  }

  private static func series(_ mapping: ConfigMapping) -> SeriesDescription? {
    let series = mapping.requiredString("series")
    let values = mapping.requiredString("values")
    mapping.finish()
    guard let series, let values else { return nil }
    do {
      let description = try SeriesDescription(series: series, values: values)
      let hasHistogram = description.values.contains { value in
        if case .histogram = value { true } else { false }
      }
      guard !hasHistogram else {
        mapping.report("native histograms are not supported yet", key: "values")
        return nil
      }
      return description
    } catch {
      mapping.report("\(error)", key: "series")
      return nil
    }
  }

  private static func time(in mapping: ConfigMapping) -> Int64? {
    if mapping.node("eval_time") == nil {
      mapping.missing("eval_time")
      return nil
    }
    return mapping.duration("eval_time")?.milliseconds
  }

  private static func alertCase(_ mapping: ConfigMapping) -> RuleTestFile.AlertCase? {
    let time = time(in: mapping)
    let name = mapping.requiredString("alertname")
    let expected = mapping.mappings("exp_alerts", context: "expected alert").map { alert in
      defer { alert.finish() }
      return RuleTestFile.FiringAlert(
        labels: labels("exp_labels", in: alert).setting("alertname", name ?? ""),
        annotations: labels("exp_annotations", in: alert))
    }
    mapping.finish()
    guard let time, let name else { return nil }
    return RuleTestFile.AlertCase(
      time: time, name: name, expected: expected.sorted(),
      place: RuleTestFile.Place(mapping))
  }

  private static func expressionCase(_ mapping: ConfigMapping) -> RuleTestFile.ExpressionCase? {
    let time = time(in: mapping)
    let expression = expression(in: mapping)
    let expected = mapping.mappings("exp_samples", context: "expected sample").compactMap(sample)
    mapping.finish()
    guard let time, let expression else { return nil }
    return RuleTestFile.ExpressionCase(
      time: time, expression: expression, expected: expected,
      place: RuleTestFile.Place(mapping))
  }

  private static func expression(in mapping: ConfigMapping) -> RuleExpression? {
    guard let text = mapping.requiredString("expr") else { return nil }
    do {
      return try RuleExpression(text)
    } catch {
      mapping.report("the expression cannot be read: \(error)", key: "expr")
      return nil
    }
  }

  private static func sample(_ mapping: ConfigMapping) -> VectorElement? {
    let labels = mapping.string("labels") ?? ""
    let value = mapping.double("value") ?? 0
    if mapping.string("histogram").map(\.isEmpty) == false {
      mapping.report("native histograms are not supported yet", key: "histogram")
    }
    mapping.finish()
    do {
      return VectorElement(
        labels: try SeriesDescription(series: labels).labels, value: .float(value))
    } catch {
      mapping.report("\(error)", key: "labels")
      return nil
    }
  }
}
