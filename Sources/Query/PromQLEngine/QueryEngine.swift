package import MetricModel
package import PromQLSyntax
package import StorageAPI

/// Evaluates PromQL over any querier, with the semantics of Prometheus 3.
///
/// A query is planned into operators, which yield one series at a time for all steps; an instant
/// query is a range query of one step. Engines are values without state: make one wherever it is
/// needed.
package struct QueryEngine: Sendable {
  /// Where samples come from.
  package let querier: any SeriesQuerier
  /// Limits and defaults.
  package let options: QueryOptions

  package init(querier: any SeriesQuerier, options: QueryOptions = QueryOptions()) {
    self.querier = querier
    self.options = options
  }

  /// Parses and checks an expression against this engine's functions.
  package static func parse(_ text: String) throws(ParseError) -> Expression {
    let expression = try PromQLParser.parse(text, functions: FunctionTable.names)
    try FunctionTable.checker.check(expression)
    return FunctionTable.checker.simplified(expression)
  }

  /// A function's signature; `nil` if there is none of this name.
  package static func signature(of function: String) -> FunctionSignature? {
    FunctionTable.named[function]?.signature
  }

  /// The names of all functions.
  package static var functionNames: [String] { FunctionTable.named.keys.sorted() }

  /// The type of a checked expression.
  package static func type(of expression: Expression) -> ValueType {
    FunctionTable.checker.type(of: expression)
  }

  /// Evaluates an expression, which must have passed `parse`, at one instant.
  @concurrent
  package func instant(
    _ expression: Expression, at time: Timestamp
  ) async throws(QueryError) -> QueryResult {
    let grid = StepGrid(at: StepGrid.clamped(time))
    let context = QueryContext(
      querier: querier, options: options, grid: grid, end: grid.start, stepSeconds: 0)
    let planner = Planner(context: context)
    let value: QueryValue
    switch planner.type(of: expression) {
    case .scalar:
      value = .scalar(try await planner.scalar(expression, on: grid)[0], at: time)
    case .string:
      value = .string(planner.string(expression), at: time)
    case .matrix:
      value = .matrix(try await ResultBuilder(context).windows(expression, planner))
    case .vector:
      let source = try await planner.vector(expression, on: grid)
      context.recorder?.finishPlanning()
      value = .vector(try ResultBuilder(context).vector(source, at: expression.range), at: time)
    }
    return context.result(value)
  }

  /// Evaluates an expression, which must have passed `parse`, at `start`, `start + step` and so on
  /// up to `end`; the result is empty if `end` lies before the start.
  ///
  /// The result is always a matrix; `step` is in milliseconds and must be positive.
  @concurrent
  package func range(
    _ expression: Expression, from start: Timestamp, through end: Timestamp, step: Int64
  ) async throws(QueryError) -> QueryResult {
    guard step > 0 else {
      throw .failed("zero or negative query resolution step", at: expression.range)
    }
    let grid = StepGrid(
      from: StepGrid.clamped(start), through: StepGrid.clamped(end),
      step: min(step, StepGrid.latest))
    let context = QueryContext(
      querier: querier, options: options, grid: grid, end: StepGrid.clamped(end),
      stepSeconds: Double(step) / 1000)
    try context.requireCapacity(rows: 1, steps: grid.count)
    guard grid.count > 0 else { return context.result(.matrix([])) }
    let planner = Planner(context: context)
    let builder = ResultBuilder(context)
    let type = planner.type(of: expression)
    let series: [MatrixSeries]
    switch type {
    case .scalar:
      series = builder.matrix(ofScalar: try await planner.scalar(expression, on: grid))
    case .vector:
      let source = try await planner.vector(expression, on: grid)
      context.recorder?.finishPlanning()
      series = try builder.matrix(source, at: expression.range)
    case .matrix, .string:
      throw .failed(
        "invalid expression type \"\(type)\" for range query, must be Scalar or instant Vector",
        at: expression.range)
    }
    return context.result(.matrix(series))
  }
}
