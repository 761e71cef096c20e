import MetricModel

/// Checks an expression: known functions, the right number and types of arguments and operands.
///
/// The signatures are the engine's: one table serves both, and a function that the checker accepts
/// can be evaluated.
package struct TypeChecker: Sendable {
  private let signatures: [String: FunctionSignature]

  /// Makes a checker for these functions.
  package init(functions: some Sequence<FunctionSignature>) {
    signatures = Dictionary(functions.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
  }

  /// The names of all functions.
  package var names: Set<String> { Set(signatures.keys) }

  /// The type of an expression.
  ///
  /// Parts are checked in the order in which Prometheus does, so that of several errors the same
  /// one is reported.
  ///
  /// - Throws: `ParseError` with its position.
  @discardableResult
  package func check(_ expression: Expression) throws(ParseError) -> ValueType {
    switch expression {
    case .number, .duration: return .scalar
    case .string: return .string
    case .selector(let selector):
      try selector.requireName()
      try selector.requireMatcher()
      return .vector
    case .matrix(let node):
      try check(.selector(node.selector))
      return .matrix
    case .parentheses(let inner, _): return try check(inner)
    case .subquery(let node):
      let type = try check(node.expression)
      guard type == .vector else {
        throw ParseError(
          "subquery is only allowed on instant vector, got \(type.shortName) instead",
          at: node.range)
      }
      return .matrix
    case .unary(_, let inner, let range):
      let type = try check(inner)
      guard type == .scalar || type == .vector else {
        throw ParseError(
          "unary expression only allowed on expressions of type scalar or instant vector, "
            + "got \"\(type)\"", at: range)
      }
      return type
    case .binary(let node): return try checkBinary(node)
    case .aggregation(let node): return try checkAggregation(node)
    case .call(let node): return try checkCall(node)
    }
  }

  private func expect(
    _ wanted: ValueType, of expression: Expression, in context: String
  ) throws(ParseError) {
    let type = try check(expression)
    guard type != wanted else { return }
    throw ParseError("expected type \(wanted) in \(context), got \(type)", at: expression.range)
  }

  private func checkBinary(_ node: BinaryExpression) throws(ParseError) -> ValueType {
    let left = try check(node.left)
    let right = try check(node.right)
    try checkModifiers(node, left, right)
    for (type, side) in [(left, node.left), (right, node.right)]
    where type != .scalar && type != .vector {
      throw ParseError(
        "binary expression must contain only scalar and instant vector types", at: side.range)
    }
    if left == .vector, right == .vector {
      try checkSetOperator(node)
      return .vector
    }
    if !node.matching.labels.isEmpty {
      throw ParseError("vector matching only allowed between instant vectors", at: node.range)
    }
    if node.matching.fills {
      throw ParseError(
        "filling in missing series only allowed between instant vectors", at: node.range)
    }
    if node.operation.isSetOperator {
      throw ParseError(
        "set operator \"\(node.operation.rawValue)\" not allowed in binary scalar expression",
        at: node.range)
    }
    return left == .scalar && right == .scalar ? .scalar : .vector
  }

  private func checkModifiers(
    _ node: BinaryExpression, _ left: ValueType, _ right: ValueType
  ) throws(ParseError) {
    if node.returnsBool, !node.operation.isComparison {
      throw ParseError("bool modifier can only be used on comparison operators", at: node.sign)
    }
    if left == .scalar, right == .scalar, node.operation.isComparison, !node.returnsBool {
      throw ParseError("comparisons between scalars must use BOOL modifier", at: node.sign)
    }
    let matching = node.matching
    if matching.isOn,
      let twice = matching.labels.first(where: { label in
        matching.included.contains { $0.isExactly(label) }
      })
    {
      throw ParseError(
        "label \(Keywords.quoted(twice)) must not occur in ON and GROUP clause at once",
        at: node.sign)
    }
  }

  private func checkSetOperator(_ node: BinaryExpression) throws(ParseError) {
    guard node.operation.isSetOperator else { return }
    let cardinality = node.matching.cardinality
    if cardinality == .manyToOne || cardinality == .oneToMany {
      throw ParseError(
        "no grouping allowed for \"\(node.operation.rawValue)\" operation", at: node.range)
    }
    if node.matching.fills {
      throw ParseError(
        "filling in missing series not allowed for set operators", at: node.range)
    }
  }

  private func checkAggregation(_ node: AggregationExpression) throws(ParseError) -> ValueType {
    try expect(.vector, of: node.expression, in: "aggregation expression")
    if let parameter = node.parameter, let type = node.operation.parameterType {
      try expect(type, of: parameter, in: "aggregation parameter")
    }
    return .vector
  }

  private func checkCall(_ node: FunctionCall) throws(ParseError) -> ValueType {
    guard let signature = signatures[node.name] else {
      throw ParseError(
        "unknown function with name \(Keywords.quoted(node.name))", at: node.range)
    }
    try checkCount(of: node, signature)
    if node.name == "info", node.arguments.count > 1 { try checkInfo(node) }
    for (index, argument) in node.arguments.enumerated() {
      // Any selector is accepted where info metrics are chosen.
      if node.name == "info", index == 1 { continue }
      let wanted = signature.arguments[min(index, signature.arguments.count - 1)]
      try expect(wanted, of: argument, in: "call to function \"\(node.name)\"")
    }
    return signature.result
  }

  /// The second argument of `info` only restricts what is joined.
  private func checkInfo(_ node: FunctionCall) throws(ParseError) {
    let criteria = node.arguments[1]
    let type = type(of: criteria)
    guard type == .vector else {
      throw ParseError(
        "expected type instant vector in call to function \"info\", got \(type)", at: node.range)
    }
    guard case .selector(let selector) = criteria else {
      throw ParseError("expected label selectors only", at: criteria.range)
    }
    guard selector.name == nil else {
      throw ParseError(
        "expected label selectors only, got vector selector instead", at: criteria.range)
    }
  }

  /// The type of an expression, whether or not it is valid.
  package func type(of expression: Expression) -> ValueType {
    switch expression {
    case .number, .duration: .scalar
    case .string: .string
    case .selector, .aggregation: .vector
    case .matrix, .subquery: .matrix
    case .parentheses(let inner, _), .unary(_, let inner, _): type(of: inner)
    case .binary(let node):
      type(of: node.left) == .scalar && type(of: node.right) == .scalar ? .scalar : .vector
    case .call(let node): signatures[node.name]?.result ?? .vector
    }
  }

  private func checkCount(
    of node: FunctionCall, _ signature: FunctionSignature
  ) throws(ParseError) {
    let declared = signature.arguments.count
    let (least, most) =
      switch signature.variadic {
      case .none: (declared, declared)
      case .optional(let count): (declared - count, declared)
      case .repeated: (declared - 1, Int.max)
      case .repeatedUpTo(let count): (declared - 1, declared - 1 + count)
      }
    let count = node.arguments.count
    guard count < least || count > most else { return }
    let qualifier = least == most ? "" : count < least ? " at least" : " at most"
    throw ParseError(
      "expected\(qualifier) \(count < least ? least : most) argument(s) in call to "
        + "\"\(node.name)\", got \(count)", at: node.range)
  }
}
