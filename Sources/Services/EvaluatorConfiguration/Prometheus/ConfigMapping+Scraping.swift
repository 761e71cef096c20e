import YAMLDecoding
import MetricModel
import Scraping

extension ConfigMapping {
  /// Decodes a mapping of labels. Names must not be empty or `__name__`.
  func labels(_ key: String) -> Labels {
    let pairs = stringPairs(key)
    for pair in pairs where pair.key.isEmpty || pair.key == Label.metricName {
      diagnostics.report(
        source.error("\"\(pair.key)\" in \(key) is no label name", at: pair.position))
    }
    return Labels(pairs.map { Label(name: $0.key, value: $0.text) })
  }

  /// Decodes `body_size_limit` and the other limits of a scrape.
  func scrapeLimits(defaults: ScrapeLimits) -> ScrapeLimits {
    let counts = 0...Int.max
    var limits = defaults
    if let size = byteCount("body_size_limit"), size > 0 { limits.bodySize = Int(size) }
    limits.samples = int("sample_limit", in: counts) ?? defaults.samples
    limits.targets = int("target_limit", in: counts) ?? defaults.targets
    limits.labels = int("label_limit", in: counts) ?? defaults.labels
    limits.labelNameLength = int("label_name_length_limit", in: counts) ?? defaults.labelNameLength
    limits.labelValueLength =
      int("label_value_length_limit", in: counts) ?? defaults.labelValueLength
    return limits
  }

  /// Decodes `static_configs`.
  func targetGroups() -> [TargetGroup] {
    mappings("static_configs", context: "static config").map { $0.targetGroup() }
  }

  /// Decodes a list of addresses with common labels.
  func targetGroup() -> TargetGroup {
    let addresses = textNodes("targets").compactMap { text, node -> String? in
      guard !text.isEmpty, !text.contains("/") else {
        diagnostics.report(
          node.error(
            "\"\(text)\" is not a valid target address",
            fix: "write host:port, without scheme and path"))
        return nil
      }
      return text
    }
    let labels = labels("labels")
    finish()
    return TargetGroup(addresses: addresses, labels: labels)
  }

  /// Decodes a list of relabelling rules.
  func relabelRules(_ key: String) -> [RelabelRule] {
    mappings(key, context: "relabel config").compactMap { mapping in
      defer { mapping.finish() }
      return mapping.relabelRule()
    }
  }

  private func relabelRule() -> RelabelRule? {
    let before = diagnostics.count
    let action = relabelAction()
    let sources = strings("source_labels")
    let separator = text("separator") ?? ";"
    let target = string("target_label") ?? ""
    let replacement = text("replacement") ?? "$1"
    let regex = text("regex")
    let modulus = int("modulus", in: 0...Int.max) ?? 0
    checkUse(of: action)
    guard diagnostics.count == before else { return nil }
    do {
      return try RelabelRule(
        action: action, sourceLabels: sources, separator: separator, targetLabel: target,
        replacement: replacement, regex: regex ?? "(.*)", modulus: UInt64(modulus))
    } catch {
      switch error {
      case .badPattern(let reason): report(reason, key: "regex")
      case .missing: report(error.description)
      }
      return nil
    }
  }

  /// Decodes a text for which an empty value means the empty text, not the default.
  private func text(_ key: String) -> String? { string(key) }

  private func relabelAction() -> RelabelRule.Action {
    guard let name = string("action") else { return .replace }
    if let action = RelabelRule.Action(rawValue: name.lowercased()) { return action }
    return choice("action") ?? .replace
  }

  /// Reports settings that have no meaning for an action, as Prometheus does.
  private func checkUse(of action: RelabelRule.Action) {
    let idle: [String]
    switch action {
    case .labeldrop, .labelkeep:
      idle = ["source_labels", "target_label", "modulus", "separator", "replacement"]
    case .keepequal, .dropequal: idle = ["regex", "modulus", "separator", "replacement"]
    default: return
    }
    for key in idle where node(key) != nil {
      report(
        "relabel action \(action.rawValue) has no use for \"\(key)\"", key: key, fix: "remove it")
    }
  }
}
