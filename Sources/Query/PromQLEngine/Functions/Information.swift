import MetricModel
import PromQLSyntax

extension FunctionTable {
  /// `info`: adds labels of info metrics with the same job and instance.
  static let information: [Function] = [
    Function(
      signature: FunctionSignature("info", [.vector, .vector], variadic: .optional(1)),
      evaluation: .special { (planner, call, grid) async throws(QueryError) in
        let base = try await planner.vector(call.arguments[0], on: grid)
        let criteria = InfoCriteria(call)
        var selector = VectorSelector(name: nil, matchers: criteria.allMatchers)
        let shift = try call.arguments[0].timeShift(planner.context)
        selector.at = shift.pinned.map { .time(Timestamp(rawValue: $0)) }
        selector.offset = .literal(Double(shift.offset) / 1000)
        let infos = try await planner.select(
          selector, on: grid, yielding: .timestamps, refusingHistograms: true)
        let table = try SeriesTable(draining: infos, steps: grid.count, in: planner.context)
        var join = InfoJoin(criteria, table, planner.context)
        return try join.join(base, at: call.range)
      })
  ]
}

extension Expression {
  /// The distance of the first selector's samples from the evaluation time, or the instant that
  /// pins them.
  fileprivate func timeShift(
    _ context: QueryContext
  ) throws(QueryError) -> (pinned: Int64?, offset: Int64) {
    switch self {
    case .selector(let node):
      return (node.at.map(context.time), try context.milliseconds(node.offset, at: range))
    case .matrix(let node):
      return (
        node.selector.at.map(context.time),
        try context.milliseconds(node.selector.offset, at: range)
      )
    case .subquery(let node):
      let inner = try node.expression.timeShift(context)
      if inner.pinned != nil { return inner }
      return (
        node.at.map(context.time),
        inner.offset + (try context.milliseconds(node.offset, at: range))
      )
    default:
      return try children.first { !$0.selectors.isEmpty }?.timeShift(context) ?? (nil, 0)
    }
  }
}
