public import PatternMatching

/// A condition on the value of one label, as in `{job="node", instance=~"db.*"}`.
///
/// A missing label has the empty value. Regular expressions match the whole value. Values are
/// compared as bytes, so that canonically equivalent texts differ.
public struct LabelMatcher: Sendable {
  /// The syntax of regular expressions.
  public enum Dialect: Sendable {
    /// Prometheus': the dot matches newlines.
    case prometheus
    /// Alertmanager's: the dot does not match newlines, and the pattern need not be valid by
    /// itself.
    case alertmanager
  }

  /// How the value is compared.
  public enum Operation: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case matches = "=~"
    case notMatches = "!~"
  }

  /// The label's name.
  public let name: String
  /// How the value is compared.
  public let operation: Operation
  /// The text or pattern to compare with.
  public let value: String

  private let expression: RegularExpression?

  /// Creates a matcher.
  ///
  /// - Throws: `PatternError` if the regular expression is invalid.
  public init(
    _ name: String, _ operation: Operation, _ value: String, of dialect: Dialect = .prometheus
  ) throws(PatternError) {
    self.name = name
    self.operation = operation
    self.value = value
    switch operation {
    case .equal, .notEqual: expression = nil
    case .matches, .notMatches:
      let isPrometheus = dialect == .prometheus
      expression = try RegularExpression(
        value, anchoring: isPrometheus ? .whole : .framed, dotMatchesNewline: isPrometheus)
    }
  }

  /// Creates a matcher for one exact value.
  public init(_ name: String, equals value: String) {
    self.name = name
    operation = .equal
    self.value = value
    expression = nil
  }

  /// Whether a value satisfies the condition; pass "" for a missing label.
  public func matches(_ candidate: String) -> Bool {
    switch operation {
    case .equal: candidate.isExactly(value)
    case .notEqual: !candidate.isExactly(value)
    case .matches: expression?.matches(candidate) ?? false
    case .notMatches: !(expression?.matches(candidate) ?? true)
    }
  }

  /// Whether a label set satisfies the condition.
  public func matches(_ labels: Labels) -> Bool { matches(labels[name] ?? "") }

  /// Whether a series without the label satisfies the condition.
  public var matchesEmpty: Bool { matches("") }
}

extension LabelMatcher: Hashable, CustomStringConvertible {
  public static func == (left: LabelMatcher, right: LabelMatcher) -> Bool {
    left.operation == right.operation && left.name.isExactly(right.name)
      && left.value.isExactly(right.value)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ExactText(name))
    hasher.combine(operation)
    hasher.combine(ExactText(value))
  }

  /// `name="value"`, with the name in quotes if necessary.
  public var description: String {
    var bytes: [UInt8] = []
    if NameRules.isLabelName(name) {
      bytes.append(contentsOf: name.utf8)
    } else {
      LabelText.appendQuoted(name, to: &bytes)
    }
    bytes.append(contentsOf: operation.rawValue.utf8)
    LabelText.appendQuoted(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
