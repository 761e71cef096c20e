import MetricModel
import PromQLSyntax

extension Expression {
  /// The same expression with every outermost selector or subquery pinned to an instant, unless it
  /// is pinned already.
  func pinned(to time: Timestamp) -> Expression {
    switch self {
    case .number, .duration, .string: return self
    case .selector(var node):
      node.at = node.at ?? .time(time)
      return .selector(node)
    case .matrix(var node):
      node.selector.at = node.selector.at ?? .time(time)
      return .matrix(node)
    case .subquery(var node):
      node.at = node.at ?? .time(time)
      return .subquery(node)
    case .parentheses(let inner, let range): return .parentheses(inner.pinned(to: time), range)
    case .unary(let sign, let inner, let range):
      return .unary(sign, inner.pinned(to: time), range)
    case .binary(var node):
      node.left = node.left.pinned(to: time)
      node.right = node.right.pinned(to: time)
      return .binary(node)
    case .aggregation(var node):
      node.expression = node.expression.pinned(to: time)
      node.parameter = node.parameter?.pinned(to: time)
      return .aggregation(node)
    case .call(var node):
      node.arguments = node.arguments.map { $0.pinned(to: time) }
      return .call(node)
    }
  }
}
