import AlertRules
import Configuration
import YAMLDecoding
import MetricModel
import PromQLSyntax
import TextTemplates

/// Decodes a rule group. Expressions and templates are parsed, so that their errors have a place in
/// the file.
struct RuleGroupDecoder {
  let defaults: RuleDefaults

  func decode(_ mapping: ConfigMapping) -> RuleGroupDefinition? {
    let name = mapping.requiredString("name")
    let interval = mapping.interval("interval") ?? defaults.interval
    let offset = mapping.duration("query_offset") ?? defaults.queryOffset
    let limit = mapping.int("limit", in: 0...Int.max) ?? 0
    let labels = ruleLabels(mapping, isTemplate: false)
    let rules = mapping.mappings("rules", context: "rule").compactMap(rule)
    mapping.finish()
    guard let name else { return nil }
    return RuleGroupDefinition(
      file: mapping.source.file, name: name, interval: interval, queryOffset: offset,
      limit: limit, labels: labels, rules: rules, line: mapping.position.line)
  }

  private func rule(_ mapping: ConfigMapping) -> RuleDefinition? {
    let before = mapping.diagnostics.count
    let kind = kind(of: mapping)
    let expression = expression(mapping)
    let hold = mapping.duration("for")
    let keepFiringFor = mapping.duration("keep_firing_for")
    var isAlert = true
    if case .record = kind { isAlert = false }
    let labels = ruleLabels(mapping, isTemplate: isAlert)
    let annotations = annotations(mapping)
    if !isAlert { refuseAlertFields(mapping) }
    mapping.finish()
    guard let kind, let expression, mapping.diagnostics.count == before else { return nil }
    return RuleDefinition(
      kind, expression: expression, hold: hold ?? .zero, keepFiringFor: keepFiringFor ?? .zero,
      labels: labels, annotations: annotations, line: mapping.position.line)
  }

  /// The kind and name of a rule, which must have exactly one of `record` and `alert`.
  private func kind(of mapping: ConfigMapping) -> RuleDefinition.Kind? {
    let record = mapping.string("record").flatMap { $0.isEmpty ? nil : $0 }
    let alert = mapping.string("alert").flatMap { $0.isEmpty ? nil : $0 }
    switch (record, alert) {
    case (.some, .some):
      mapping.report("a rule has both \"record\" and \"alert\"", fix: "make two rules of it")
      return nil
    case (nil, nil):
      mapping.report("a rule needs \"record\" or \"alert\"", fix: "give it a name")
      return nil
    case (nil, .some(let name)): return .alert(name)
    case (.some(let name), nil):
      if name.contains("{") || name.contains("}") {
        mapping.report(
          "\"\(name)\" is no name for a recorded series", key: "record",
          fix: "put labels under labels:")
        return nil
      }
      return .record(name)
    }
  }

  /// Reports the keys that only an alert can have.
  private func refuseAlertFields(_ mapping: ConfigMapping) {
    for key in ["for", "keep_firing_for", "annotations"] where mapping.node(key) != nil {
      mapping.diagnostics.report(
        mapping.source.error(
          "a recording rule cannot have \"\(key)\"", at: mapping.position(of: key),
          fix: "remove it"))
    }
  }

  private func expression(_ mapping: ConfigMapping) -> RuleExpression? {
    guard let text = mapping.requiredString("expr"), let node = mapping.node("expr") else {
      return nil
    }
    do {
      let begin = node.position(ofByte: 0)
      return try RuleExpression(text, line: begin.line, column: begin.column)
    } catch {
      mapping.diagnostics.report(
        mapping.source.error(
          "expr: \(error.message)", at: node.position(ofByte: error.range?.start.offset ?? 0)))
      return nil
    }
  }

  /// The labels; an empty name and `__name__` are errors, and those of alerts must be valid
  /// templates.
  private func ruleLabels(_ mapping: ConfigMapping, isTemplate: Bool) -> [String: String] {
    let pairs = mapping.stringPairs("labels")
    for pair in pairs {
      if pair.key.isEmpty || pair.key == Label.metricName {
        mapping.diagnostics.report(
          mapping.source.error("\"\(pair.key)\" is no name for a label", at: pair.position))
      }
      if isTemplate { check(template: pair, what: "label", in: mapping) }
    }
    return Dictionary(pairs.map { ($0.key, $0.text) }) { $1 }
  }

  private func annotations(_ mapping: ConfigMapping) -> [String: String] {
    let pairs = mapping.stringPairs("annotations")
    for pair in pairs {
      if pair.key.isEmpty {
        mapping.diagnostics.report(
          mapping.source.error("an annotation has no name", at: pair.position))
      }
      check(template: pair, what: "annotation", in: mapping)
    }
    return Dictionary(pairs.map { ($0.key, $0.text) }) { $1 }
  }

  private func check(template pair: ConfigStringPair, what: String, in mapping: ConfigMapping) {
    guard pair.text.contains("{{") else { return }
    do {
      _ = try RuleTemplates.parse(pair.text)
    } catch {
      mapping.diagnostics.report(
        mapping.source.error(
          "\(what) \"\(pair.key)\": \(error.message)",
          at: pair.node.position(ofByte: error.offset)))
    }
  }
}
