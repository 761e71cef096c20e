import MetricModel
import PromQLEngine
import PromQLSyntax

/// The words and forms of the language that some expressions use.
struct LanguageCount {
  private(set) var found: Set<String> = []

  /// All words and forms: the names that the engine knows, and the forms of the grammar.
  static let all: Set<String> = {
    var all = Set(QueryEngine.functionNames.map { "\($0)()" })
    for operation in AggregationOperator.allCases {
      all.insert("aggregation \(operation.rawValue)")
    }
    for operation in BinaryOperator.allCases {
      all.insert("operator \(operation.rawValue)")
      if operation.isComparison { all.insert("operator \(operation.rawValue) bool") }
    }
    for operation in ["=", "!=", "=~", "!~"] { all.insert("matcher \(operation)") }
    return all.union([
      "by", "without", "on", "ignoring", "group_left", "group_right", "group_left with labels",
      "fill_left", "fill_right", "unary -", "unary +", "offset", "offset < 0", "@", "@ start()",
      "@ end()", "anchored", "smoothed", "subquery", "subquery without step", "subquery offset",
      "subquery @", "duration step()", "duration range()", "duration min_of", "duration max_of",
      "duration arithmetic", "UTF-8 metric name", "UTF-8 label name", "string", "parentheses",
    ])
  }()

  /// Adds the words and forms of an expression.
  mutating func add(_ expression: Expression) {
    expression.forEach { node in
      switch node {
      case .number, .duration: break
      case .string: found.insert("string")
      case .parentheses: found.insert("parentheses")
      case .unary(let sign, _, _): found.insert("unary \(sign.rawValue)")
      case .selector(let selector): add(selector, prefix: "")
      case .matrix(let matrix):
        add(matrix.selector, prefix: "")
        add(matrix.length)
      case .subquery(let subquery): add(subquery)
      case .binary(let binary): add(binary)
      case .aggregation(let aggregation):
        found.insert("aggregation \(aggregation.operation.rawValue)")
        if aggregation.isWithout { found.insert("without") }
        if !aggregation.isWithout, !aggregation.grouping.isEmpty { found.insert("by") }
      case .call(let call): found.insert("\(call.name)()")
      }
    }
  }

  private mutating func add(_ selector: VectorSelector, prefix: String) {
    for matcher in selector.matchers {
      found.insert("matcher \(matcher.operation.rawValue)")
      if !NameRules.isLabelName(matcher.name) { found.insert("UTF-8 label name") }
      if matcher.name == Label.metricName, matcher.operation == .equal,
        !NameRules.isMetricName(matcher.value)
      {
        found.insert("UTF-8 metric name")
      }
    }
    if selector.edges != .plain { found.insert(selector.edges.rawValue) }
    if let offset = selector.offset {
      found.insert("offset")
      if offset.literal ?? 0 < 0 { found.insert("offset < 0") }
      add(offset)
    }
    switch selector.at {
    case .time: found.insert("@")
    case .start: found.insert("@ start()")
    case .end: found.insert("@ end()")
    case nil: break
    }
  }

  private mutating func add(_ subquery: Subquery) {
    found.insert(subquery.step == nil ? "subquery without step" : "subquery")
    if subquery.offset != nil { found.insert("subquery offset") }
    if subquery.at != nil { found.insert("subquery @") }
    add(subquery.length)
    if let step = subquery.step { add(step) }
  }

  private mutating func add(_ binary: BinaryExpression) {
    found.insert("operator \(binary.operation.rawValue)\(binary.returnsBool ? " bool" : "")")
    let matching = binary.matching
    if matching.isOn { found.insert("on") }
    if !matching.isOn, !matching.labels.isEmpty { found.insert("ignoring") }
    if matching.cardinality == .manyToOne {
      found.insert(matching.included.isEmpty ? "group_left" : "group_left with labels")
    }
    if matching.cardinality == .oneToMany { found.insert("group_right") }
    if matching.leftFill != nil { found.insert("fill_left") }
    if matching.rightFill != nil { found.insert("fill_right") }
  }

  private mutating func add(_ duration: DurationExpression) {
    switch duration {
    case .number, .span: break
    case .parentheses(let inner, _): add(inner)
    case .step: found.insert("duration step()")
    case .range: found.insert("duration range()")
    case .unary(_, let inner, _): add(inner)
    case .binary(_, let left, let right):
      found.insert("duration arithmetic")
      add(left)
      add(right)
    case .lesser(let left, let right):
      found.insert("duration min_of")
      add(left)
      add(right)
    case .greater(let left, let right):
      found.insert("duration max_of")
      add(left)
      add(right)
    }
  }
}
