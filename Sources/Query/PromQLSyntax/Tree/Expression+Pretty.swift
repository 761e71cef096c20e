extension Expression {
  /// The longest line that is left in one piece, in bytes.
  package static let prettyWidth = 100

  /// The expression as text, broken into indented lines where a part is longer than a line; laid
  /// out as Prometheus' formatter does.
  package var pretty: String { pretty(level: 0) }

  private func pretty(level: Int) -> String {
    let indent = String(repeating: "  ", count: level)
    let text = description
    guard text.utf8.count > Self.prettyWidth else {
      // A subquery that fits starts on its own line, whatever is around it.
      if case .subquery = self { return text }
      return indent + text
    }
    switch self {
    case .number, .duration, .string, .selector, .matrix: return indent + text
    case .parentheses(let inner, _):
      return "\(indent)(\n\(inner.pretty(level: level + 1))\n\(indent))"
    case .unary(let sign, let inner, _):
      let child = inner.pretty(level: level).drop { $0 == " " }
      return indent + sign.rawValue + child
    case .binary(let node):
      return node.left.pretty(level: level + 1) + "\n" + indent + node.operatorText + "\n"
        + node.right.pretty(level: level + 1)
    case .subquery(let node):
      return node.expression.pretty(level: level) + node.rangeText
    case .aggregation(let node):
      let arguments = node.parameter.map { [$0, node.expression] } ?? [node.expression]
      return Self.list(node.operatorText, arguments, level, indent)
    case .call(let node):
      return Self.list(node.name, node.arguments, level, indent)
    }
  }

  private static func list(
    _ head: String, _ arguments: [Expression], _ level: Int, _ indent: String
  ) -> String {
    let lines = arguments.map { $0.pretty(level: level + 1) }
    return "\(indent)\(head)(\n\(lines.joined(separator: ",\n"))\n\(indent))"
  }
}
