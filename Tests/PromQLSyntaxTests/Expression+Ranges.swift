@testable import PromQLSyntax

extension Expression {
  /// The same tree without source ranges, to compare the trees of different texts.
  var withoutRanges: Expression {
    switch self {
    case .number(let value, _): .number(value, .none)
    case .duration(let value, _): .duration(value, .none)
    case .string(let value, _): .string(value, .none)
    case .selector(let node): .selector(node.withoutRange)
    case .matrix(let node):
      .matrix(
        RangeSelector(selector: node.selector.withoutRange, length: node.length.asPrinted))
    case .subquery(var node):
      {
        node.expression = node.expression.withoutRanges
        node.length = node.length.asPrinted
        node.step = node.step?.asPrinted
        node.offset = node.offset?.asPrinted
        node.range = .none
        return .subquery(node)
      }()
    case .parentheses(let inner, _): .parentheses(inner.withoutRanges, .none)
    case .unary(let sign, let inner, _): .unary(sign, inner.withoutRanges, .none)
    case .binary(let node):
      .binary(
        BinaryExpression(
          node.operation, node.left.withoutRanges, node.right.withoutRanges,
          returnsBool: node.returnsBool, matching: node.matching))
    case .aggregation(let node):
      .aggregation(
        AggregationExpression(
          node.operation, node.expression.withoutRanges, parameter: node.parameter?.withoutRanges,
          grouping: node.grouping, isWithout: node.isWithout))
    case .call(let node):
      .call(FunctionCall(node.name, node.arguments.map(\.withoutRanges)))
    }
  }
}

extension VectorSelector {
  fileprivate var withoutRange: VectorSelector {
    var selector = self
    selector.range = .none
    selector.offset = offset?.asPrinted
    return selector
  }
}

extension DurationExpression {
  /// Without source ranges; a single number becomes a time span, as it is printed.
  fileprivate var asPrinted: DurationExpression {
    literal.map { .span($0, .none) } ?? withoutRanges
  }

  fileprivate var withoutRanges: DurationExpression {
    switch self {
    case .number(let value, _): .number(value, .none)
    case .span(let value, _): .span(value, .none)
    case .step: .step(.none)
    case .range: .range(.none)
    case .parentheses(let inner, _): .parentheses(inner.withoutRanges, .none)
    case .unary(let sign, let inner, _): .unary(sign, inner.withoutRanges, .none)
    case .binary(let operation, let left, let right):
      .binary(operation, left.withoutRanges, right.withoutRanges)
    case .lesser(let left, let right): .lesser(left.withoutRanges, right.withoutRanges)
    case .greater(let left, let right): .greater(left.withoutRanges, right.withoutRanges)
    }
  }
}
