extension TypeChecker {
  /// A checked expression without parts that have no effect, such as the matching of a vector with
  /// a scalar in `a + on () 1`.
  package func settled(_ expression: Expression) -> Expression {
    var isSettled = true
    expression.forEach { node in
      if case .binary(let binary) = node, isIdle(binary) { isSettled = false }
    }
    return isSettled ? expression : settledParts(of: expression)
  }

  private func isIdle(_ node: BinaryExpression) -> Bool {
    let matching = node.matching
    guard matching.isOn || matching.cardinality == .manyToOne || matching.cardinality == .oneToMany
    else { return false }
    return type(of: node.left) != .vector || type(of: node.right) != .vector
  }

  private func settledParts(of expression: Expression) -> Expression {
    switch expression {
    case .number, .duration, .string, .selector, .matrix: return expression
    case .parentheses(let inner, let range): return .parentheses(settledParts(of: inner), range)
    case .unary(let sign, let inner, let range):
      return .unary(sign, settledParts(of: inner), range)
    case .subquery(var node):
      node.expression = settledParts(of: node.expression)
      return .subquery(node)
    case .aggregation(var node):
      node.expression = settledParts(of: node.expression)
      node.parameter = node.parameter.map(settledParts)
      return .aggregation(node)
    case .call(var node):
      node.arguments = node.arguments.map(settledParts)
      return .call(node)
    case .binary(var node):
      if isIdle(node) { node.matching = VectorMatching() }
      node.left = settledParts(of: node.left)
      node.right = settledParts(of: node.right)
      return .binary(node)
    }
  }
}
