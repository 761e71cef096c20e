/// A PromQL expression: the tree that the parser builds, the checker verifies and the engine plans
/// from.
///
/// Every node has its position in the text. Trees are values and bounded in depth by the parser, so
/// recursion over one is safe.
package indirect enum Expression: Hashable, Sendable {
  case number(Double, SourceRange)
  /// A duration such as `1h30m`, which is a number of seconds.
  case duration(Double, SourceRange)
  case string(String, SourceRange)
  case selector(VectorSelector)
  case matrix(RangeSelector)
  case subquery(Subquery)
  case parentheses(Expression, SourceRange)
  case unary(UnaryOperator, Expression, SourceRange)
  case binary(BinaryExpression)
  case aggregation(AggregationExpression)
  case call(FunctionCall)

  /// Where it was read from.
  package var range: SourceRange {
    switch self {
    case .number(_, let range), .duration(_, let range), .string(_, let range),
      .parentheses(_, let range), .unary(_, _, let range):
      range
    case .selector(let node): node.range
    case .matrix(let node): node.range
    case .subquery(let node): node.range
    case .binary(let node): node.range
    case .aggregation(let node): node.range
    case .call(let node): node.range
    }
  }

  /// The expressions directly below, in the order of the text.
  package var children: [Expression] {
    switch self {
    case .number, .duration, .string, .selector, .matrix: []
    case .subquery(let node): [node.expression]
    case .parentheses(let inner, _), .unary(_, let inner, _): [inner]
    case .binary(let node): [node.left, node.right]
    case .aggregation(let node): node.parameter.map { [$0, node.expression] } ?? [node.expression]
    case .call(let node): node.arguments
    }
  }

  /// The expression inside any number of parentheses.
  package var unwrapped: Expression {
    var inner = self
    while case .parentheses(let next, _) = inner { inner = next }
    return inner
  }
}

/// A selector with a range: `metric[5m]`.
package struct RangeSelector: Hashable, Sendable {
  /// The selector; offset and `@` are here, wherever they were written.
  package var selector: VectorSelector
  /// The length of the window.
  package var length: DurationExpression
  /// Where it was read from.
  package var range: SourceRange

  package init(selector: VectorSelector, length: DurationExpression, range: SourceRange = .none) {
    self.selector = selector
    self.length = length
    self.range = range
  }
}

/// An expression evaluated at many instants: `rate(x[5m])[1h:1m]`.
package struct Subquery: Hashable, Sendable {
  /// What is evaluated.
  package var expression: Expression
  /// The length of the window.
  package var length: DurationExpression
  /// The interval between the instants; `nil` for the engine's default.
  package var step: DurationExpression?
  /// How far back the window lies.
  package var offset: DurationExpression?
  /// The instant at which the window ends.
  package var at: AtModifier?
  /// Where it was read from.
  package var range: SourceRange

  package init(
    expression: Expression, length: DurationExpression, step: DurationExpression? = nil,
    range: SourceRange = .none
  ) {
    self.expression = expression
    self.length = length
    self.step = step
    self.range = range
  }
}

/// Two operands and the operator between them.
package struct BinaryExpression: Hashable, Sendable {
  package var operation: BinaryOperator
  package var left: Expression
  package var right: Expression
  /// Whether a comparison gives 0 or 1 rather than filtering.
  package var returnsBool: Bool
  /// How series of two vectors are matched; meaningless when a side is a scalar.
  package var matching: VectorMatching
  /// Where the operator with its modifiers begins.
  package var sign: SourceRange
  /// Where it was read from.
  package var range: SourceRange

  package init(
    _ operation: BinaryOperator, _ left: Expression, _ right: Expression,
    returnsBool: Bool = false, matching: VectorMatching = VectorMatching(),
    sign: SourceRange = .none, range: SourceRange = .none
  ) {
    self.operation = operation
    self.left = left
    self.right = right
    self.returnsBool = returnsBool
    self.matching = matching
    self.sign = sign
    self.range = range
  }
}

/// `sum by (job) (x)`.
package struct AggregationExpression: Hashable, Sendable {
  package var operation: AggregationOperator
  /// What is aggregated.
  package var expression: Expression
  /// The `5` of `topk(5, x)`.
  package var parameter: Expression?
  /// The labels of `by` or `without`.
  package var grouping: [String]
  /// True for `without`.
  package var isWithout: Bool
  /// Where it was read from.
  package var range: SourceRange

  package init(
    _ operation: AggregationOperator, _ expression: Expression, parameter: Expression? = nil,
    grouping: [String] = [], isWithout: Bool = false, range: SourceRange = .none
  ) {
    self.operation = operation
    self.expression = expression
    self.parameter = parameter
    self.grouping = grouping
    self.isWithout = isWithout
    self.range = range
  }
}

/// `rate(x[5m])`.
package struct FunctionCall: Hashable, Sendable {
  /// The name as written.
  package var name: String
  package var arguments: [Expression]
  /// Where it was read from.
  package var range: SourceRange

  package init(_ name: String, _ arguments: [Expression], range: SourceRange = .none) {
    self.name = name
    self.arguments = arguments
    self.range = range
  }
}
