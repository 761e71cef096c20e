import MetricModel
import PromQLSyntax
import StorageAPI

/// Turns an expression into operators; selects the series on the way, so that all heads are known
/// before the first sample is read.
struct Planner {
  let context: QueryContext
  /// The order in which the next operator yields its series; reading without an order is faster.
  private var order = SeriesSelection.Order.labels

  init(context: QueryContext) { self.context = context }

  /// A planner for operands whose reader does not depend on the order of series.
  var unordered: Planner {
    var planner = self
    planner.order = .any
    return planner
  }

  /// A planner for operands whose reader may depend on it.
  var ordered: Planner {
    var planner = self
    planner.order = .labels
    return planner
  }

  /// The type of a checked expression.
  func type(of expression: Expression) -> ValueType { QueryEngine.type(of: expression) }

  /// The text of a string expression.
  func string(_ expression: Expression) -> String {
    guard case .string(let text, _) = expression.unwrapped else { return "" }
    return text
  }

  // MARK: - Vectors

  /// The operator for an expression that yields an instant vector.
  func vector(
    _ expression: Expression, on grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    if case .parentheses(let inner, _) = expression { return try await vector(inner, on: grid) }
    let source = try await recorded(expression, on: grid)
    try context.holdSeries(source.heads.count)
    return source
  }

  private func recorded(
    _ expression: Expression, on grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    guard let recorder = context.recorder, !expression.isTransparent else {
      return try await operation(expression, on: grid)
    }
    let isConstant = grid.count > 1 && expression.isStepInvariant
    return try await recorder.part(
      expression, on: isConstant ? StepGrid(at: grid.start) : grid, method: expression.planMethod
    ) { (part) throws(QueryError) in
      RecordedOperator(try await operation(expression, on: grid), part, recorder)
    }
  }

  private func operation(
    _ expression: Expression, on grid: StepGrid
  ) async throws(QueryError) -> any InstantOperator {
    if grid.count > 1, expression.isStepInvariant {
      let once = try await operation(expression, on: StepGrid(at: grid.start))
      return BroadcastOperator(once)
    }
    switch expression {
    case .parentheses(let inner, _): return try await vector(inner, on: grid)
    case .selector(let selector):
      return try await select(selector, on: grid, yielding: .values)
    case .unary(let sign, let inner, _):
      let child = try await vector(inner, on: grid)
      return sign == .plus ? child : PointwiseOperator(child) { -$0 }
    case .binary(let node): return try await binary(node, on: grid)
    case .aggregation(let node): return try await aggregation(node, on: grid)
    case .call(let node): return try await call(node, on: grid)
    case .number, .duration, .string, .matrix, .subquery:
      throw .failed("expected an instant vector", at: expression.range)
    }
  }

  /// All rows of an expression that yields an instant vector.
  func table(
    _ expression: Expression, on grid: StepGrid
  ) async throws(QueryError) -> SeriesTable {
    try SeriesTable(
      draining: try await vector(expression, on: grid), steps: grid.count, in: context)
  }

  /// The operator for a selector.
  func select(
    _ selector: VectorSelector, on grid: StepGrid, yielding content: SelectorOperator.Content,
    refusingHistograms: Bool? = nil
  ) async throws(QueryError) -> any InstantOperator {
    let offset = try context.milliseconds(selector.offset, at: selector.range)
    let pinned = selector.at.map { context.time($0) - offset }
    let isSmoothed = selector.edges == .smoothed && content == .values
    let reading = SelectorOperator.Reading(
      grid: StepGrid(
        from: pinned ?? grid.start - offset, through: pinned ?? grid.end - offset,
        step: grid.step),
      steps: grid.count, lookback: context.options.lookback,
      lookahead: isSmoothed ? context.options.lookback : 0,
      refusesHistograms: refusingHistograms ?? (content == .values))
    guard let recorder = context.recorder else {
      return try await select(selector, reading, yielding: content)
    }
    return try await recorder.part(
      .selector(selector), on: grid, method: "newest sample of the last \(reading.lookbackText)"
    ) { (part) throws(QueryError) in
      // Prometheus does not count the samples that it interpolates between.
      RecordedOperator(
        try await select(selector, reading, yielding: content), part, recorder,
        reading: context, counts: !isSmoothed)
    }
  }

  private func select(
    _ selector: VectorSelector, _ reading: SelectorOperator.Reading,
    yielding content: SelectorOperator.Content
  ) async throws(QueryError) -> any InstantOperator {
    let series = try await find(
      selector, from: reading.grid.start - reading.lookback + 1,
      through: reading.grid.end + reading.lookahead)
    return SelectorOperator(series, reading, yielding: content, context)
  }

  /// The series of a selector that may have samples between two instants, both included.
  func find(
    _ selector: VectorSelector, from start: Int64, through end: Int64
  ) async throws(QueryError) -> any SelectedSeries {
    try context.checkpoint()
    let selection = SeriesSelection(
      matchers: selector.allMatchers, from: Timestamp(rawValue: start),
      through: Timestamp(rawValue: end), order: order)
    do {
      return try await context.querier.select(selection)
    } catch {
      throw QueryError(error)
    }
  }

  // MARK: - Windows

  /// The source of windows for a range selector or a subquery.
  func windows(
    _ expression: Expression, on grid: StepGrid
  ) async throws(QueryError) -> any WindowSource {
    let source = try await recordedWindows(expression, on: grid)
    try context.holdSeries(source.heads.count)
    return source
  }

  private func recordedWindows(
    _ expression: Expression, on grid: StepGrid
  ) async throws(QueryError) -> any WindowSource {
    guard let recorder = context.recorder else { return try await source(expression, on: grid) }
    return try await recorder.part(expression.unwrapped, on: grid, method: expression.planMethod) {
      (part) throws(QueryError) in
      var isSubquery = false
      if case .subquery = expression.unwrapped { isSubquery = true }
      return RecordedWindows(
        try await source(expression, on: grid), part, recorder, isSubquery: isSubquery, context)
    }
  }

  private func source(
    _ expression: Expression, on grid: StepGrid
  ) async throws(QueryError) -> any WindowSource {
    switch expression.unwrapped {
    case .matrix(let node): return try await windows(node, on: grid)
    case .subquery(let node): return try await windows(node, on: grid)
    default: throw .failed("expected a range vector", at: expression.range)
    }
  }

  private func windows(
    _ node: RangeSelector, on grid: StepGrid
  ) async throws(QueryError) -> any WindowSource {
    let selector = node.selector
    var windows = WindowGrid(
      grid, length: try context.positiveMilliseconds(node.length, at: node.range),
      offset: try context.milliseconds(selector.offset, at: node.range),
      pinned: selector.at.map(context.time))
    if selector.edges != .plain { windows.before = context.options.lookback }
    if selector.edges == .smoothed { windows.after = context.options.lookback }
    let series = try await find(
      selector, from: windows.first.start - windows.before + 1,
      through: windows.last.end + windows.after)
    return SelectorWindows(series, windows, edges: selector.edges, context)
  }

  private func windows(
    _ node: Subquery, on grid: StepGrid
  ) async throws(QueryError) -> any WindowSource {
    let windows = WindowGrid(
      grid, length: try context.positiveMilliseconds(node.length, at: node.range),
      offset: try context.milliseconds(node.offset, at: node.range),
      pinned: node.at.map { context.time($0) })
    let step =
      if let written = node.step {
        try context.positiveMilliseconds(written, at: node.range)
      } else {
        context.options.subqueryStep
      }
    // The instants are multiples of the step, the first one strictly after the window's open start.
    let begin = windows.first.start
    guard begin.magnitude <= StepGrid.farthest.magnitude,
      windows.last.end.magnitude <= StepGrid.farthest.magnitude
    else { throw .failed("the times of the subquery are out of range", at: node.range) }
    var first = begin / step * step
    if first <= begin { first += step }
    let inner = StepGrid(from: first, through: windows.last.end, step: step)
    // Every part below has a row of this length, until the query ends.
    try context.requireCapacity(rows: 1, steps: inner.count)
    try context.hold(inner.count)
    guard inner.count > 0 else { return SubqueryWindows(nil, inner, windows, context) }
    context.recorder?.enterSubquery(inner, offset: windows.offset, length: windows.length)
    let source = try await vector(node.expression, on: inner)
    return SubqueryWindows(source, inner, windows, context)
  }
}
