/// Proves that an expression makes sense: known functions, the right number and types of arguments
/// and operands.
///
/// The signatures are the engine's: one table serves both, and a function that the checker admits
/// can be evaluated.
package struct TypeChecker: Sendable {
  private let signatures: [String: FunctionSignature]

  /// Makes a checker for these functions.
  package init(functions: some Sequence<FunctionSignature>) {
    signatures = Dictionary(functions.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
  }

  /// The type of an expression; what makes no sense throws with its place.
  @discardableResult
  package func check(_ expression: Expression) throws(ParseError) -> ValueType {
    switch expression {
    case .number: return .scalar
    case .string: return .string
    case .selector: return .vector
    case .matrix: return .matrix
    case .parentheses(let inner, _): return try check(inner)
    case .subquery(let node):
      try expect(.vector, of: node.expression, in: "subquery")
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
    if context == "subquery" {
      throw ParseError(
        "subquery is only allowed on instant vector, got \(type == .matrix ? "matrix" : type.rawValue) instead",
        at: expression.range)
    }
    throw ParseError(
      "expected type \(wanted) in \(context), got \(type)", at: expression.range)
  }

  private func checkBinary(_ node: BinaryExpression) throws(ParseError) -> ValueType {
    let left = try check(node.left)
    let right = try check(node.right)
    for (type, side) in [(left, node.left), (right, node.right)]
    where type != .scalar && type != .vector {
      throw ParseError(
        "binary expression must contain only scalar and instant vector types", at: side.range)
    }
    if left == .scalar, right == .scalar, node.operation.isComparison, !node.returnsBool {
      throw ParseError("comparisons between scalars must use BOOL modifier", at: node.range)
    }
    if left == .scalar || right == .scalar {
      if node.operation.isSetOperator {
        throw ParseError(
          "set operator \"\(node.operation.rawValue)\" not allowed in binary scalar expression",
          at: node.range)
      }
      if node.matching.isWritten {
        throw ParseError("vector matching only allowed between instant vectors", at: node.range)
      }
    }
    return left == .scalar && right == .scalar ? .scalar : .vector
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
      throw ParseError("unknown function with name \"\(node.name)\"", at: node.range)
    }
    try checkCount(of: node, signature)
    for (index, argument) in node.arguments.enumerated() {
      let wanted = signature.arguments[min(index, signature.arguments.count - 1)]
      try expect(wanted, of: argument, in: "call to function \"\(node.name)\"")
    }
    return signature.result
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
      }
    let count = node.arguments.count
    guard count < least || count > most else { return }
    let qualifier = least == most ? "" : count < least ? " at least" : " at most"
    throw ParseError(
      "expected\(qualifier) \(count < least ? least : most) argument(s) in call to "
        + "\"\(node.name)\", got \(count)", at: node.range)
  }
}
