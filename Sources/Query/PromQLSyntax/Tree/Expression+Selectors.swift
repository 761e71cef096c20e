extension Expression {
  /// All selectors of the expression, in the order of the text: what a rule depends on.
  package var selectors: [VectorSelector] {
    var found: [VectorSelector] = []
    forEach { node in
      switch node {
      case .selector(let selector): found.append(selector)
      case .matrix(let matrix): found.append(matrix.selector)
      default: break
      }
    }
    return found
  }

  /// Calls `body` with this node and all below it, parents first.
  package func forEach(_ body: (Expression) -> Void) {
    body(self)
    for child in children { child.forEach(body) }
  }
}
