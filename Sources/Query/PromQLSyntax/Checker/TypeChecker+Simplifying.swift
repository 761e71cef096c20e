extension TypeChecker {
  /// A checked expression without parts that have no effect, such as the matching of a vector with
  /// a scalar in `a + on () 1`.
  package func simplified(_ expression: Expression) -> Expression {
    var isSimple = true
    expression.forEach { node in
      if case .binary(let binary) = node, isIdle(binary) { isSimple = false }
    }
    return isSimple ? expression : simplifiedParts(of: expression)
  }

  private func isIdle(_ node: BinaryExpression) -> Bool {
    let matching = node.matching
    guard matching.isOn || matching.cardinality == .manyToOne || matching.cardinality == .oneToMany
    else { return false }
    return type(of: node.left) != .vector || type(of: node.right) != .vector
  }

  private func simplifiedParts(of expression: Expression) -> Expression {
    switch expression {
    case .number, .duration, .string, .selector, .matrix: return expression
    case .parentheses(let inner, let range): return .parentheses(simplifiedParts(of: inner), range)
    case .unary(let sign, let inner, let range):
      return .unary(sign, simplifiedParts(of: inner), range)
    case .subquery(var node):
      node.expression = simplifiedParts(of: node.expression)
      return .subquery(node)
    case .aggregation(var node):
      node.expression = simplifiedParts(of: node.expression)
      node.parameter = node.parameter.map(simplifiedParts)
      return .aggregation(node)
    case .call(var node):
      node.arguments = node.arguments.map(simplifiedParts)
      return .call(node)
    case .binary(var node):
      if isIdle(node) { node.matching = VectorMatching() }
      node.left = simplifiedParts(of: node.left)
      node.right = simplifiedParts(of: node.right)
      return .binary(node)
    }
  }
}
