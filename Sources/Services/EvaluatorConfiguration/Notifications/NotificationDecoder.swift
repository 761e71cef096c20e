import AlertIntegrations
import AlertRouting
import Configuration
import YAMLDecoding
import MetricModel
import TextTemplates

/// Decodes the top level of an `alertmanager.yml`.
struct NotificationDecoder {
  /// The position of the mapping that begins in a line, for errors that only know the line.
  private(set) var places: [Int: ConfigPosition] = [:]

  private let root: ConfigMapping
  private let directory: String
  private let errorsBefore: Int

  /// `errorsBefore` is the number of errors before the file was read.
  init(_ root: ConfigMapping, directory: String, errorsBefore: Int) {
    self.root = root
    self.directory = directory
    self.errorsBefore = errorsBefore
  }

  mutating func decode() -> NotificationConfiguration {
    var configuration = NotificationConfiguration()
    let global = root.mappingOrEmpty("global")
    if let timeout = global.interval("resolve_timeout") {
      configuration.resolveTimeout = PrometheusDuration(timeout)
    }
    configuration.templates = templates()
    let decoder = ReceiverDecoder(global: global, file: notifierFile(configuration.templates))
    global.finish()
    configuration.timeIntervals = timeIntervals()
    configuration.receivers = receivers(decoder)
    configuration.inhibitRules = root.mappings("inhibit_rules", context: "inhibit rule")
      .map(inhibitRule)
    configuration.route = route(configuration)
    root.refuse(["tracing", "event_recorder"])
    root.finish()
    return configuration
  }

  // MARK: - Routes

  private func route(_ configuration: NotificationConfiguration) -> RouteDefinition {
    guard let route = root.mapping("route") else {
      if !root.contains("route") || root.node("route") == nil {
        root.missing("route", fix: "it names the receiver of all alerts that no other route takes")
      }
      return RouteDefinition()
    }
    let decoder = RouteDecoder(
      receivers: Set(configuration.receivers.map(\.name)),
      intervals: Set(configuration.timeIntervals.map(\.name)))
    return decoder.decode(route, isRoot: true)
  }

  // MARK: - Receivers

  private func notifierFile(_ templates: [TemplateFile]) -> NotifierFile {
    NotifierFile(
      directory: directory,
      checker: TemplateChecker(files: templates, diagnostics: root.diagnostics),
      errorsBefore: errorsBefore)
  }

  private mutating func receivers(_ decoder: ReceiverDecoder) -> [ReceiverDefinition] {
    var receivers: [ReceiverDefinition] = []
    var positions: [String: ConfigPosition] = [:]
    for mapping in root.mappings("receivers", context: "receiver") {
      places[mapping.position.line] = mapping.position
      let receiver = decoder.decode(mapping)
      if let first = positions[receiver.name], !receiver.name.isEmpty {
        mapping.report(
          "receiver name \"\(receiver.name)\" is used twice, first in line \(first.line)",
          key: "name", fix: "names must be unique")
        continue
      }
      positions[receiver.name] = mapping.valuePosition(of: "name")
      receivers.append(receiver)
    }
    if receivers.isEmpty, root.node("receivers") == nil {
      root.missing("receivers", fix: "name at least one")
    }
    return receivers
  }

  // MARK: - Inhibition

  private func inhibitRule(_ mapping: ConfigMapping) -> InhibitRuleDefinition {
    var rule = InhibitRuleDefinition()
    rule.name = mapping.string("name")
    rule.sourceMatchers = mapping.matchers(
      "source_matchers", equal: "source_match", pattern: "source_match_re")
    rule.targetMatchers = mapping.matchers(
      "target_matchers", equal: "target_match", pattern: "target_match_re")
    rule.equal = mapping.strings("equal")
    rule.line = mapping.position.line
    mapping.finish()
    return rule
  }

  // MARK: - Time intervals

  private mutating func timeIntervals() -> [TimeIntervalDefinition] {
    var intervals: [TimeIntervalDefinition] = []
    var positions: [String: ConfigPosition] = [:]
    for key in ["time_intervals", "mute_time_intervals"] {
      for mapping in root.mappings(key, context: "time interval") {
        let name = mapping.requiredString("name")
        let spans = mapping.mappings("time_intervals", context: "time interval")
          .map(TimeIntervalDecoder.span)
        mapping.finish()
        guard let name else { continue }
        if let first = positions[name] {
          mapping.report(
            "time interval name \"\(name)\" is used twice, first in line \(first.line)",
            key: "name", fix: "names must be unique")
          continue
        }
        positions[name] = mapping.valuePosition(of: "name")
        intervals.append(
          TimeIntervalDefinition(name: name, spans: spans, line: mapping.position.line))
      }
    }
    if root.node("mute_time_intervals") != nil {
      root.diagnostics.warn(
        root.source.error(
          "\"mute_time_intervals\" is the old name", at: root.position(of: "mute_time_intervals"),
          fix: "write \"time_intervals\""))
    }
    return intervals
  }

  // MARK: - Templates

  /// Reads the template files; a pattern without wildcard names a file that must exist.
  private func templates() -> [TemplateFile] {
    var seen: Set<String> = []
    var files: [TemplateFile] = []
    for (text, node) in root.textNodes("templates") {
      let pattern = FilePattern(text)
      let paths = pattern.files(in: directory)
      if paths.isEmpty, !pattern.hasWildcard {
        root.diagnostics.report(node.error("the template file \"\(text)\" does not exist"))
      }
      for path in paths where seen.insert(path).inserted {
        guard let source = ConfigSource.read(path: path, into: root.diagnostics) else { continue }
        files.append(TemplateFile(path: path, text: source.text))
      }
    }
    return files
  }
}
