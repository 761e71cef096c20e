package import PromQLSyntax

extension Expression {
  /// Whether the value is the same at every step of a range query, because all selectors are pinned
  /// by `@`.
  package var isStepInvariant: Bool {
    switch self {
    case .number, .duration, .string: true
    case .selector(let node): node.at != nil
    case .matrix(let node): node.selector.at != nil
    case .subquery(let node): node.at != nil
    case .parentheses(let inner, _), .unary(_, let inner, _): inner.isStepInvariant
    case .binary(let node): node.left.isStepInvariant && node.right.isStepInvariant
    case .aggregation(let node):
      node.expression.isStepInvariant && node.parameter?.isStepInvariant ?? true
    case .call(let node): node.isStepInvariant
    }
  }
}

extension FunctionCall {
  fileprivate var isStepInvariant: Bool {
    switch name {
    case "time", "predict_linear": return false
    case "timestamp", "start_timestamp":
      guard case .selector(let selector) = arguments.first?.unwrapped else { return false }
      return selector.at != nil
    case _ where FunctionTable.dateNames.contains(name) && arguments.isEmpty: return false
    default: return arguments.allSatisfy(\.isStepInvariant)
    }
  }
}
