import MetricModel
import PromQLSyntax

extension Expression {
  /// Whether the part has no line of its own: parentheses, and selectors, which record themselves.
  var isTransparent: Bool {
    switch self {
    case .parentheses, .selector: true
    default: false
    }
  }

  /// The title of this part alone in an explained plan, without the parts below it.
  var planTitle: String {
    switch self {
    case .number, .duration, .string, .selector, .matrix: description
    case .parentheses(let inner, _): inner.planTitle
    case .unary(let sign, _, _): "unary \(sign.rawValue)"
    case .binary(let node): node.operatorText
    case .aggregation(let node): node.operatorText.trimmingBlank
    case .call(let node): "\(node.name)()"
    case .subquery(let node): "subquery\(node.rangeText)"
    }
  }

  /// How a part that yields a vector is evaluated.
  var planMethod: String {
    switch self {
    case .aggregation(let node):
      switch node.operation {
      case .topk, .bottomk, .limitk, .limitRatio, .quantile, .countValues:
        return "holds all series, then chooses by group"
      default: return "aggregates series into groups as they come"
      }
    case .binary(let node):
      if QueryEngine.type(of: node.left) == .scalar || QueryEngine.type(of: node.right) == .scalar {
        return "series by series with a scalar"
      }
      switch node.matching.cardinality {
      case .manyToMany: return "notes the groups of one side, passes the other on"
      case .oneToMany: return "holds the left side, streams the right one"
      case .manyToOne, .oneToOne: return "holds the right side, streams the left one"
      }
    case .call(let node):
      let hasWindows = node.arguments.contains { QueryEngine.type(of: $0) == .matrix }
      return hasWindows ? "moves a window over each series" : "series by series"
    case .unary: return "series by series"
    case .parentheses(let inner, _): return inner.planMethod
    case .subquery: return "evaluates the part below at instants of its own"
    case .matrix: return "samples of each series, once for all windows"
    case .number, .duration, .string, .selector: return ""
    }
  }
}

extension String {
  fileprivate var trimmingBlank: String { hasSuffix(" ") ? String(dropLast()) : self }
}
