package import AlertRules
package import YAMLDecoding
import MetricModel

/// The settings of rule groups that set none.
package struct RuleDefaults: Sendable, Hashable {
  /// The time between evaluations.
  package var interval: Duration
  /// The default query offset: the age of the instant that rules evaluate.
  package var queryOffset: Duration

  /// Creates defaults; without arguments those of Prometheus.
  package init(interval: Duration = .minutes(1), queryOffset: Duration = .zero) {
    self.interval = interval
    self.queryOffset = queryOffset
  }
}

/// Reads rule files.
package enum RuleFiles {
  /// The groups of all rule files of a configuration, in the order of the patterns; a file that
  /// several patterns match is read once.
  package static func load(
    for configuration: PrometheusConfiguration, into diagnostics: ConfigDiagnostics
  ) -> [RuleGroupDefinition] {
    let defaults = RuleDefaults(
      interval: configuration.global.evaluationInterval,
      queryOffset: configuration.global.ruleQueryOffset)
    var seen: Set<String> = []
    var groups: [RuleGroupDefinition] = []
    for rule in configuration.rulePatterns {
      let files = rule.pattern.files(in: configuration.directory)
      if files.isEmpty, !rule.pattern.hasWildcard {
        diagnostics.report(
          ConfigError(
            file: rule.file, position: rule.position,
            message: "the rule file \"\(rule.pattern.text)\" does not exist"))
      }
      for file in files where seen.insert(file).inserted {
        groups += load(path: file, defaults: defaults, into: diagnostics)
      }
    }
    return groups
  }

  /// The groups of one file.
  package static func load(
    path: String, defaults: RuleDefaults = RuleDefaults(), into diagnostics: ConfigDiagnostics
  ) -> [RuleGroupDefinition] {
    guard let source = ConfigSource.read(path: path, into: diagnostics) else { return [] }
    return decode(source, defaults: defaults, into: diagnostics)
  }

  /// The groups of a rule file that is in memory. An empty file has none.
  package static func decode(
    _ source: ConfigSource, defaults: RuleDefaults = RuleDefaults(),
    into diagnostics: ConfigDiagnostics
  ) -> [RuleGroupDefinition] {
    guard let root = ConfigDocument.root(of: source, into: diagnostics), !root.isNull,
      let mapping = ConfigMapping(root, context: "the file", diagnostics: diagnostics)
    else { return [] }
    let decoder = RuleGroupDecoder(defaults: defaults)
    var positions: [String: ConfigPosition] = [:]
    var groups: [RuleGroupDefinition] = []
    for group in mapping.mappings("groups", context: "rule group") {
      guard let definition = decoder.decode(group) else { continue }
      if let first = positions[definition.name] {
        group.report(
          "group name \"\(definition.name)\" is used twice, first in line \(first.line)",
          key: "name", fix: "names must be unique in a file")
      }
      positions[definition.name] = positions[definition.name] ?? group.valuePosition(of: "name")
      groups.append(definition)
    }
    mapping.finish()
    return groups
  }
}
