import Codecs
import MetricModel

extension Expression: CustomStringConvertible {
  /// The expression as text, in one line, as Prometheus prints it.
  package var description: String {
    switch self {
    case .number(let value, _): FloatFormat.string(value, style: .plain)
    case .duration(let seconds, _): DurationExpression.text(seconds)
    case .string(let value, _): Self.quoted(value)
    case .selector(let node): node.description
    case .matrix(let node): node.description
    case .subquery(let node): node.description
    case .parentheses(let inner, _): "(\(inner))"
    case .unary(let sign, let inner, _): "\(sign.rawValue)\(inner)"
    case .binary(let node): node.description
    case .aggregation(let node): node.description
    case .call(let node):
      "\(node.name)(\(node.arguments.map(\.description).joined(separator: ", ")))"
    }
  }

  /// A string literal with everything escaped that needs to be.
  package static func quoted(_ text: String) -> String {
    let quoted = GoQuoting.quoted(text)
    guard quoted.unicodeScalars.contains("\u{fffd}") else { return quoted }
    // The replacement character itself is refused, since it stands for bytes that are not text.
    // Prometheus prints it as an escape, too.
    return quoted.unicodeScalars.reduce(into: "") { text, scalar in
      if scalar == "\u{fffd}" {
        text += "\\ufffd"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension VectorSelector: CustomStringConvertible {
  package var description: String { head + atText(at) + edgesText + offsetText(offset) }

  /// Name and matchers, those in the order of their texts.
  fileprivate var head: String {
    // A matcher on the name that repeats what is in front of the braces is not printed again.
    let items = matchers.filter {
      $0.name != Label.metricName || $0.value != name ?? "" || $0.value.isEmpty
        || $0.operation != .equal
    }
    .map(Self.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let braces = items.isEmpty ? "" : "{\(items.joined(separator: ","))}"
    return (name ?? "") + braces
  }

  private static func text(_ matcher: LabelMatcher) -> String {
    let name =
      NameRules.isLabelName(matcher.name) ? matcher.name : Expression.quoted(matcher.name)
    return name + matcher.operation.rawValue + Expression.quoted(matcher.value)
  }

  fileprivate var edgesText: String { edges == .plain ? "" : " \(edges.rawValue)" }
}

extension RangeSelector: CustomStringConvertible {
  package var description: String {
    "\(selector.head)[\(length.lengthText)]\(selector.edgesText)\(atText(selector.at))"
      + offsetText(selector.offset)
  }
}

extension Subquery: CustomStringConvertible {
  package var description: String { "\(expression)\(rangeText)" }

  /// What follows the expression.
  package var rangeText: String {
    "[\(length.lengthText):\(step?.lengthText ?? "")]\(atText(at))\(offsetText(offset))"
  }
}

extension BinaryExpression: CustomStringConvertible {
  package var description: String { "\(left) \(operatorText) \(right)" }

  /// The operator with its modifiers.
  package var operatorText: String {
    operation.rawValue + (returnsBool ? " bool" : "") + matching.description
  }
}

extension VectorMatching: CustomStringConvertible {
  /// The modifiers with a blank before each; empty when nothing was written.
  package var description: String {
    var text = ""
    let isGrouped = cardinality == .manyToOne || cardinality == .oneToMany
    if isOn || !labels.isEmpty || isGrouped {
      text += " \(isOn ? "on" : "ignoring") (\(labelList(labels)))"
    }
    if isGrouped {
      let keyword = cardinality == .manyToOne ? "group_left" : "group_right"
      text += " \(keyword) (\(labelList(included)))"
    }
    if let leftFill, leftFill == rightFill { return text + " fill (\(Self.text(leftFill)))" }
    if let leftFill { text += " fill_left (\(Self.text(leftFill)))" }
    if let rightFill { text += " fill_right (\(Self.text(rightFill)))" }
    return text
  }

  private static func text(_ value: Double) -> String {
    FloatFormat.string(value, style: .template)
  }
}

extension AggregationExpression: CustomStringConvertible {
  package var description: String {
    let parameter = parameter.map { "\($0), " } ?? ""
    return "\(operatorText)(\(parameter)\(expression))"
  }

  /// The operator with its grouping.
  package var operatorText: String {
    let clause =
      isWithout
      ? " without (\(labelList(grouping))) "
      : grouping.isEmpty ? "" : " by (\(labelList(grouping))) "
    return operation.rawValue + clause
  }
}

extension AtModifier: CustomStringConvertible {
  package var description: String {
    switch self {
    case .time(let time): time.thousandths
    case .start: "start()"
    case .end: "end()"
    }
  }
}

extension DurationExpression: CustomStringConvertible {
  /// The expression as a part of another; a literal alone is a `lengthText`.
  package var description: String {
    switch self {
    case .number(let value, _): FloatFormat.string(value, style: .plain)
    case .span(let seconds, _): Self.text(seconds)
    case .step: "step()"
    case .range: "range()"
    case .parentheses(let inner, _): "(\(inner))"
    case .unary(let sign, let inner, _): (sign == .minus ? "-" : "") + inner.description
    case .binary(let operation, let left, let right): "\(left) \(operation.rawValue) \(right)"
    case .lesser(let left, let right): "min_of(\(left), \(right))"
    case .greater(let left, let right): "max_of(\(left), \(right))"
    }
  }

  /// The text of a whole range, step or offset, where numbers are printed as durations, too.
  fileprivate var lengthText: String { literal.map(Self.text) ?? description }

  /// Seconds as a duration, truncated to milliseconds.
  static func text(_ seconds: Double) -> String {
    let nanoseconds = (seconds.magnitude * 1e9).rounded()
    let milliseconds = Int64(exactly: (nanoseconds / 1e6).rounded(.down)) ?? Int64.max / 1_000_000
    let text = PrometheusDuration(rawValue: milliseconds).description
    return seconds < 0 ? "-" + text : text
  }
}

private func labelList(_ names: [String]) -> String {
  names.map { NameRules.isLabelName($0) ? $0 : Expression.quoted($0) }.joined(separator: ", ")
}

private func atText(_ at: AtModifier?) -> String { at.map { " @ \($0)" } ?? "" }

private func offsetText(_ offset: DurationExpression?) -> String {
  offset.map { " offset \($0.lengthText)" } ?? ""
}

extension Timestamp {
  /// Seconds with always three decimals.
  fileprivate var thousandths: String {
    let fraction = String(rawValue.magnitude % 1000)
    let zeros = String(repeating: "0", count: 3 - fraction.count)
    return "\(rawValue < 0 ? "-" : "")\(rawValue.magnitude / 1000).\(zeros)\(fraction)"
  }
}
