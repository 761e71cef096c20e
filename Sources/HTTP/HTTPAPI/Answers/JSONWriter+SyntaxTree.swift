import MetricModel
import PromQLEngine
import PromQLSyntax

extension JSONWriter {
  /// Writes an expression as the tree of Prometheus' `parse_query`.
  mutating func syntaxTree(_ expression: Expression) {
    object { json in
      switch expression {
      case .number(let value, _), .duration(let value, _):
        json.member("type", "numberLiteral")
        json.member("val", FloatFormat.string(value, style: .plain))
      case .string(let text, _):
        json.member("type", "stringLiteral")
        json.member("val", text)
      case .parentheses(let inner, _):
        json.member("type", "parenExpr")
        json.child("expr", inner)
      case .unary(let sign, let inner, _):
        json.member("type", "unaryExpr")
        json.member("op", sign.rawValue)
        json.child("expr", inner)
      case .selector(let node):
        json.member("type", "vectorSelector")
        json.selector(node)
      case .matrix(let node):
        json.member("type", "matrixSelector")
        json.duration("range", node.length)
        json.selector(node.selector)
      case .subquery(let node): json.subquery(node)
      case .binary(let node): json.binary(node)
      case .aggregation(let node): json.aggregation(node)
      case .call(let node): json.call(node)
      }
    }
  }

  private mutating func child(_ name: String, _ expression: Expression?) {
    key(name)
    if let expression { syntaxTree(expression) } else { null() }
  }

  private mutating func names(_ name: String, _ labels: [String]) {
    key(name)
    array { json in for label in labels { json.string(label) } }
  }

  private mutating func flag(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  private mutating func selector(_ node: VectorSelector) {
    member("name", node.name ?? "")
    key("matchers")
    let name = node.name.map { [LabelMatcher(Label.metricName, equals: $0)] } ?? []
    array { json in
      for matcher in node.matchers + name {
        json.object { json in
          json.member("name", matcher.name)
          json.member("type", matcher.operation.rawValue)
          json.member("value", matcher.value)
        }
      }
    }
    time(node.offset, node.at)
    flag("anchored", node.edges == .anchored)
    flag("smoothed", node.edges == .smoothed)
  }

  private mutating func time(_ offset: DurationExpression?, _ at: AtModifier?) {
    duration("offset", offset)
    key("timestamp")
    if case .time(let instant) = at { integer(Int(instant.rawValue)) } else { null() }
    key("startOrEnd")
    switch at {
    case .start: string("start")
    case .end: string("end")
    case .time, nil: null()
    }
  }

  /// Writes a duration: its milliseconds for a literal, its tree for an expression.
  private mutating func duration(_ name: String, _ duration: DurationExpression?) {
    key(name)
    integer(Int(Timestamp(seconds: duration?.literal ?? 0).rawValue))
    key(name + "Expr")
    guard let duration, duration.literal == nil else { return null() }
    durationTree(duration)
  }

  private mutating func durationTree(_ duration: DurationExpression, isWrapped: Bool = false) {
    let (operation, left, right): (String, DurationExpression?, DurationExpression?)
    switch duration {
    case .number(let seconds, _): return durationLiteral(seconds, isSpan: false)
    case .span(let seconds, _): return durationLiteral(seconds, isSpan: true)
    // In Prometheus' tree a literal in parentheses is a unary plus.
    case .parentheses(let inner, _) where inner.literal != nil:
      return durationNode("+", nil, inner, isWrapped: true)
    case .parentheses(let inner, _): return durationTree(inner, isWrapped: true)
    case .step: (operation, left, right) = ("step", nil, nil)
    case .range: (operation, left, right) = ("range", nil, nil)
    case .unary(let sign, let inner, _): (operation, left, right) = (sign.rawValue, nil, inner)
    case .lesser(let first, let second): (operation, left, right) = ("min_of", first, second)
    case .greater(let first, let second): (operation, left, right) = ("max_of", first, second)
    case .binary(let sign, let first, let second):
      (operation, left, right) = (sign.rawValue, first, second)
    }
    durationNode(operation, left, right, isWrapped: isWrapped)
  }

  private mutating func durationLiteral(_ seconds: Double, isSpan: Bool) {
    object { json in
      json.member("type", "numberLiteral")
      json.member("val", FloatFormat.string(seconds, style: .plain))
      json.flag("duration", isSpan)
    }
  }

  private mutating func durationNode(
    _ operation: String, _ left: DurationExpression?, _ right: DurationExpression?,
    isWrapped: Bool
  ) {
    object { json in
      json.member("type", "durationExpr")
      json.member("op", operation)
      for (name, operand) in [("lhs", left), ("rhs", right)] {
        json.key(name)
        if let operand { json.durationTree(operand) } else { json.null() }
      }
      json.flag("wrapped", isWrapped)
    }
  }

  private mutating func subquery(_ node: Subquery) {
    member("type", "subquery")
    child("expr", node.expression)
    duration("range", node.length)
    duration("step", node.step)
    time(node.offset, node.at)
  }

  private mutating func binary(_ node: BinaryExpression) {
    member("type", "binaryExpr")
    member("op", node.operation.rawValue)
    child("lhs", node.left)
    child("rhs", node.right)
    key("matching")
    let areVectors = [node.left, node.right].allSatisfy { QueryEngine.type(of: $0) == .vector }
    if areVectors { matching(node) } else { null() }
    flag("bool", node.returnsBool)
  }

  private mutating func matching(_ node: BinaryExpression) {
    let matching = node.matching
    object { json in
      let isSet = node.operation.isSetOperator
      json.member(
        "card", (isSet ? VectorMatching.Cardinality.manyToMany : matching.cardinality).rawValue)
      json.names("labels", matching.labels)
      json.flag("on", matching.isOn)
      json.names("include", matching.included)
      json.key("fillValues")
      json.object { json in
        for (name, value) in [("lhs", matching.leftFill), ("rhs", matching.rightFill)] {
          json.key(name)
          if let value { json.number(value) } else { json.null() }
        }
      }
    }
  }

  private mutating func aggregation(_ node: AggregationExpression) {
    member("type", "aggregation")
    member("op", node.operation.rawValue)
    child("expr", node.expression)
    child("param", node.parameter)
    names("grouping", node.grouping)
    flag("without", node.isWithout)
  }

  private mutating func call(_ node: FunctionCall) {
    member("type", "call")
    key("func")
    object { json in
      let signature = QueryEngine.signature(of: node.name)
      json.member("name", node.name)
      json.names("argTypes", (signature?.arguments ?? []).map(\.shortName))
      json.key("variadic")
      switch signature?.variadic {
      case .optional(let count), .repeatedUpTo(let count): json.integer(count)
      case .repeated: json.integer(-1)
      case .some(.none), nil: json.integer(0)
      }
      json.member("returnType", (signature?.result ?? .vector).shortName)
    }
    key("args")
    array { json in for argument in node.arguments { json.syntaxTree(argument) } }
  }
}
