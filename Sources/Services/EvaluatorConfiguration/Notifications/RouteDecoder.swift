import AlertRouting
import Configuration
import YAMLDecoding
import MetricModel
import PatternMatching

/// Decodes the routing tree (TR1-TR8).
struct RouteDecoder {
  let receivers: Set<String>
  let intervals: Set<String>

  func decode(_ mapping: ConfigMapping, isRoot: Bool = false) -> RouteDefinition {
    var route = RouteDefinition()
    route.line = mapping.position.line
    route.receiver = receiver(mapping, isRoot: isRoot)
    route.groupBy = groupBy(mapping)
    route.groupWait = mapping.duration("group_wait").map { PrometheusDuration($0) }
    route.groupInterval = positive("group_interval", mapping)
    route.repeatInterval = positive("repeat_interval", mapping)
    route.matchers = mapping.matchers("matchers", equal: "match", pattern: "match_re")
    route.continues = mapping.bool("continue") ?? false
    route.muteTimeIntervals = intervalNames("mute_time_intervals", mapping)
    route.activeTimeIntervals = intervalNames("active_time_intervals", mapping)
    route.labels = Dictionary(mapping.stringPairs("labels").map { ($0.key, $0.text) }) { $1 }
    if isRoot { checkRoot(mapping, route) }
    route.routes = mapping.mappings("routes", context: "route").map { decode($0) }
    mapping.finish()
    return route
  }

  /// Reports the keys that the root route must not have (TR2).
  private func checkRoot(_ mapping: ConfigMapping, _ route: RouteDefinition) {
    let forbidden = [
      "matchers", "match", "match_re", "mute_time_intervals", "active_time_intervals",
    ]
    for key in forbidden where mapping.node(key) != nil {
      mapping.diagnostics.report(
        mapping.source.error(
          "the root route takes every alert and must not have \"\(key)\"",
          at: mapping.position(of: key), fix: "put it on a route below"))
    }
    if route.continues {
      mapping.report(
        "the root route must not have \"continue\"", key: "continue", fix: "remove it")
    }
  }

  private func receiver(_ mapping: ConfigMapping, isRoot: Bool) -> String? {
    let name = isRoot ? mapping.requiredString("receiver") : mapping.string("receiver")
    guard let name, !name.isEmpty else { return nil }
    if !receivers.contains(name) {
      mapping.report(
        "receiver \"\(name)\" is not defined", key: "receiver",
        fix: fix(name, receivers, section: "receivers"))
    }
    return name
  }

  private func fix(_ name: String, _ known: Set<String>, section: String) -> String {
    Suggestion.nearest(to: name, among: known.sorted()).map { "did you mean \"\($0)\"?" }
      ?? "define it under \(section)"
  }

  private func intervalNames(_ key: String, _ mapping: ConfigMapping) -> [String] {
    mapping.textNodes(key).map { name, node in
      if !intervals.contains(name) {
        mapping.diagnostics.report(
          node.error(
            "time interval \"\(name)\" is not defined",
            fix: fix(name, intervals, section: "time_intervals")))
      }
      return name
    }
  }

  private func positive(_ key: String, _ mapping: ConfigMapping) -> PrometheusDuration? {
    guard let duration = mapping.duration(key) else { return nil }
    if duration == .zero {
      mapping.report("\"\(key)\" in \(mapping.context) must be longer than 0", key: key)
    }
    return PrometheusDuration(duration)
  }

  /// Decodes `group_by` (TR5). An empty list puts all alerts into one group.
  private func groupBy(_ mapping: ConfigMapping) -> GroupBy? {
    guard mapping.node("group_by") != nil else { return nil }
    var names: [String] = []
    for (name, node) in mapping.textNodes("group_by") {
      if names.contains(name) {
        mapping.diagnostics.report(
          node.error("\"group_by\" names \"\(name)\" twice", fix: "remove one of them"))
      }
      if name.isEmpty {
        mapping.diagnostics.report(node.error("\"\" in group_by is no label name"))
      }
      names.append(name)
    }
    guard names.contains("...") else { return .labels(names) }
    if names.count > 1 {
      mapping.report("'...' must stand alone in \"group_by\"", key: "group_by")
    }
    return .all
  }
}

extension ConfigMapping {
  /// Decodes matchers in all three forms: a list of texts (M2), and the older maps of equal values
  /// and of patterns.
  func matchers(_ key: String, equal: String, pattern: String) -> [LabelMatcher] {
    var matchers: [LabelMatcher] = []
    for (text, node) in textNodes(key) {
      do {
        let parsed = try MatcherParser().parse(text)
        if let warning = parsed.warning { diagnostics.warn(node.error(warning)) }
        matchers += parsed.matchers
      } catch {
        diagnostics.report(
          source.error(error.description, at: node.position(ofByte: error.offset)))
      }
    }
    for pair in stringPairs(equal) { matchers.append(LabelMatcher(pair.key, equals: pair.text)) }
    for pair in stringPairs(pattern) {
      do {
        matchers.append(try LabelMatcher(pair.key, .matches, pair.text, of: .alertmanager))
      } catch {
        diagnostics.report(pair.node.error(error.description))
      }
    }
    return matchers
  }
}
