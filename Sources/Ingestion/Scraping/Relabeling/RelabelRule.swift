import Codecs
package import MetricModel
private import PatternMatching

/// One entry of `relabel_configs` or `metric_relabel_configs`: a pure function from labels to
/// labels, or to nothing.
///
/// Semantics and defaults are those of the Prometheus documentation. The pattern must match the
/// whole text.
package struct RelabelRule: Sendable {
  /// The action of a rule.
  package enum Action: String, Sendable, CaseIterable {
    case replace, keep, drop, hashmod, labelmap, labeldrop, labelkeep
    case keepequal, dropequal, lowercase, uppercase
  }

  /// The action of the rule.
  package let action: Action
  /// The labels whose values are joined and then matched.
  package let sourceLabels: [String]
  /// The text between the joined values.
  package let separator: String
  /// The label that is set or compared; for `replace` it may refer to groups of the pattern.
  package let targetLabel: String
  /// The new value of the target label; `$1` and `${name}` refer to groups of the pattern.
  package let replacement: String
  /// The regular expression.
  package let regex: String
  /// The divisor of `hashmod`.
  package let modulus: UInt64

  private let expression: RegularExpression

  /// Creates a rule.
  ///
  /// - Throws: ``RelabelError`` if the pattern is invalid, or the action lacks a target label or a
  ///   modulus.
  package init(
    action: Action = .replace, sourceLabels: [String] = [], separator: String = ";",
    targetLabel: String = "", replacement: String = "$1", regex: String = "(.*)",
    modulus: UInt64 = 0
  ) throws(RelabelError) {
    self.action = action
    self.sourceLabels = sourceLabels
    self.separator = separator
    self.targetLabel = targetLabel
    self.replacement = replacement
    self.regex = regex
    self.modulus = modulus
    do {
      expression = try RegularExpression(regex, anchoring: .framed)
    } catch {
      throw .badPattern(String(describing: error))
    }
    switch action {
    case .replace, .lowercase, .uppercase, .keepequal, .dropequal, .hashmod:
      guard !targetLabel.isEmpty else { throw .missing("target_label", action: action) }
      if action == .hashmod, modulus == 0 { throw .missing("modulus", action: action) }
    case .keep, .drop, .labelmap, .labeldrop, .labelkeep: break
    }
  }

  /// Returns the labels after the rule; nil if the rule drops them.
  package func apply(to labels: Labels) -> Labels? {
    switch action {
    case .replace: replacing(in: labels)
    case .keep: expression.matches(source(in: labels)) ? labels : nil
    case .drop: expression.matches(source(in: labels)) ? nil : labels
    case .keepequal: targetIsSource(in: labels) ? labels : nil
    case .dropequal: targetIsSource(in: labels) ? nil : labels
    case .lowercase: labels.setting(targetLabel, source(in: labels).lowercased())
    case .uppercase: labels.setting(targetLabel, source(in: labels).uppercased())
    case .hashmod: labels.setting(targetLabel, String(hash(source(in: labels)) % modulus))
    case .labelmap: mapping(labels)
    case .labeldrop: Labels(labels.filter { !expression.matches($0.name) })
    case .labelkeep: Labels(labels.filter { expression.matches($0.name) })
    }
  }

  private func source(in labels: Labels) -> String {
    sourceLabels.map { labels[$0] ?? "" }.joined(separator: separator)
  }

  private func targetIsSource(in labels: Labels) -> Bool {
    (labels[targetLabel] ?? "").isExactly(source(in: labels))
  }

  private func replacing(in labels: Labels) -> Labels {
    guard let captures = expression.firstCaptures(in: source(in: labels)) else { return labels }
    let target = expression.expand(targetLabel, captures: captures)
    guard !target.isEmpty else { return labels }
    return labels.setting(target, expression.expand(replacement, captures: captures))
  }

  private func mapping(_ labels: Labels) -> Labels {
    var result = labels
    for label in labels where expression.matches(label.name) {
      let name = expression.replacingAll(in: label.name, with: replacement)
      if !name.isEmpty { result = result.setting(name, label.value) }
    }
    return result
  }

  /// The last 8 bytes of the MD5 digest as a number, the hash that Prometheus uses for `hashmod`.
  private func hash(_ text: String) -> UInt64 {
    Digest.md5(Array(text.utf8)).suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension RelabelRule: Hashable {
  package static func == (left: RelabelRule, right: RelabelRule) -> Bool {
    left.action == right.action && left.modulus == right.modulus && left.texts == right.texts
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(action)
    hasher.combine(texts)
  }

  /// All text settings, to be compared byte by byte.
  private var texts: [ExactText] {
    ([separator, targetLabel, replacement, regex] + sourceLabels).map(ExactText.init)
  }
}

extension Sequence<RelabelRule> {
  /// Returns the labels after all rules in order; nil if a rule drops them.
  package func apply(to labels: Labels) -> Labels? {
    var labels = labels
    for rule in self {
      guard let next = rule.apply(to: labels) else { return nil }
      labels = next
    }
    return labels
  }
}

/// Why a relabelling rule is invalid.
package enum RelabelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The pattern is not a valid regular expression; the text is the compiler's message.
  case badPattern(String)
  /// The action lacks a required setting.
  case missing(String, action: RelabelRule.Action)

  package var description: String {
    switch self {
    case .badPattern(let reason): reason
    case .missing(let key, let action): "relabel action \(action.rawValue) needs \(key)"
    }
  }
}
