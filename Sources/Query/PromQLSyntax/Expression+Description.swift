import MetricModel

extension Expression: CustomStringConvertible {
  /// The expression as text, in one line; it reads back to the same tree.
  package var description: String {
    switch self {
    // A plus sign would bind looser than `^`, so infinity goes without.
    case .number(.infinity, _): "Inf"
    case .number(let value, _): FloatFormat.string(value, style: .api)
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
    var bytes: [UInt8] = []
    LabelText.appendQuoted(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension VectorSelector: CustomStringConvertible {
  package var description: String { head + atText(at) + edgesText + offsetText(offset) }

  /// Name and matchers, those in the order of their texts.
  fileprivate var head: String {
    var items = matchers.map(\.description).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var text = ""
    if let name {
      if Self.canStandBare(name) {
        text = name
      } else {
        items.insert(Expression.quoted(name), at: 0)
      }
    }
    if !items.isEmpty || name == nil { text += "{\(items.joined(separator: ","))}" }
    return text
  }

  fileprivate var edgesText: String { edges == .plain ? "" : " \(edges.rawValue)" }

  private static func canStandBare(_ name: String) -> Bool {
    let lowered = name.lowercased()
    return NameRules.isMetricName(name) && lowered != "inf" && lowered != "nan"
      && !Keywords.notMetricNames.contains(lowered)
  }
}

extension RangeSelector: CustomStringConvertible {
  package var description: String {
    "\(selector.head)[\(length)]\(selector.edgesText)\(atText(selector.at))"
      + offsetText(selector.offset)
  }
}

extension Subquery: CustomStringConvertible {
  package var description: String { "\(expression)\(rangeText)" }

  /// What follows the expression.
  package var rangeText: String {
    "[\(length):\(step.map(\.description) ?? "")]\(atText(at))\(offsetText(offset))"
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
    if let leftFill { text += " fill_left (\(FloatFormat.string(leftFill, style: .api)))" }
    if let rightFill { text += " fill_right (\(FloatFormat.string(rightFill, style: .api)))" }
    return text
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
  package var description: String {
    switch self {
    case .literal(let seconds): Self.text(seconds)
    case .step: "step()"
    case .range: "range()"
    case .negated(let inner): "-\(inner.operand)"
    case .binary(let operation, let left, let right):
      "\(left.operand) \(operation.rawValue) \(right.operand)"
    case .lesser(let left, let right): "min_of(\(left), \(right))"
    case .greater(let left, let right): "max_of(\(left), \(right))"
    }
  }

  /// The text in parentheses if it is made of parts.
  fileprivate var operand: String {
    switch self {
    case .literal(let seconds) where seconds < 0: "(\(self))"
    case .negated, .binary: "(\(self))"
    default: description
    }
  }

  private static func text(_ seconds: Double) -> String {
    let milliseconds = seconds * 1000
    if seconds < 0 { return "-" + text(-seconds) }
    guard seconds > 0, let whole = Int64(exactly: milliseconds) else {
      return FloatFormat.string(seconds, style: .plain)
    }
    return PrometheusDuration(rawValue: whole).description
  }
}

private func labelList(_ names: [String]) -> String {
  names.map { NameRules.isLabelName($0) ? $0 : Expression.quoted($0) }.joined(separator: ", ")
}

private func atText(_ at: AtModifier?) -> String { at.map { " @ \($0)" } ?? "" }

private func offsetText(_ offset: DurationExpression?) -> String {
  guard let offset else { return "" }
  return " offset \(offset.constant != nil ? offset.description : offset.operand)"
}

extension Timestamp {
  /// Seconds with always three decimals.
  fileprivate var thousandths: String {
    let fraction = String(rawValue.magnitude % 1000)
    let zeros = String(repeating: "0", count: 3 - fraction.count)
    return "\(rawValue < 0 ? "-" : "")\(rawValue.magnitude / 1000).\(zeros)\(fraction)"
  }
}
