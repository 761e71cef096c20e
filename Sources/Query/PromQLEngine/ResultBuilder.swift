import MetricModel
import PromQLSyntax
import StorageAPI

/// Makes the answer of a query out of its last operator: names fall, series that became equal are
/// merged (rule 27).
struct ResultBuilder {
  private let context: QueryContext

  init(_ context: QueryContext) { self.context = context }

  /// The answer of an instant query, in the operator's order.
  func vector(
    _ source: any InstantOperator, at range: SourceRange
  ) throws(QueryError) -> [VectorElement] {
    var elements: [VectorElement] = []
    var known: Set<Labels> = []
    var row = [absentValue]
    var index = 0
    while try source.next(into: &row) {
      try context.checkpoint()
      defer { index += 1 }
      guard row[0].isPresent else { continue }
      try context.hold(1)
      let labels = source.heads[index].finalLabels
      guard known.insert(labels).inserted else { throw Self.duplicate(at: range) }
      elements.append(VectorElement(labels: labels, value: .float(row[0])))
    }
    return elements
  }

  /// The answer of a range query, sorted by labels.
  func matrix(
    _ source: any InstantOperator, at range: SourceRange
  ) throws(QueryError) -> [MatrixSeries] {
    let steps = context.grid.count
    var rows: [(labels: Labels, values: [Double])] = []
    var known: [Labels: Int] = [:]
    var row = [Double](repeating: absentValue, count: steps)
    var index = 0
    while try source.next(into: &row) {
      try context.checkpoint()
      defer { index += 1 }
      guard row.contains(where: \.isPresent) else { continue }
      let labels = source.heads[index].finalLabels
      if let first = known[labels] {
        try Self.merge(row, into: &rows[first].values, at: range)
      } else {
        try context.hold(steps)
        known[labels] = rows.count
        rows.append((labels, row))
      }
    }
    rows.sort { $0.labels < $1.labels }
    return rows.map { series($0.labels, $0.values) }
  }

  /// A scalar's answer to a range query: one series without labels.
  func matrix(ofScalar row: [Double]) -> [MatrixSeries] {
    row.isEmpty ? [] : [series(.empty, row)]
  }

  /// The samples of a range selector or subquery, asked for as they are.
  func windows(
    _ expression: Expression, _ planner: Planner
  ) async throws(QueryError) -> [MatrixSeries] {
    let source = try await planner.windows(expression, on: context.grid)
    let window = source.grid.window(0)
    var result: [MatrixSeries] = []
    var columns = SampleColumns()
    var index = 0
    while try source.next(into: &columns) {
      try context.checkpoint()
      defer { index += 1 }
      var series = MatrixSeries(labels: source.heads[index].finalLabels)
      for place in columns.timestamps.indices
      where columns.timestamps[place] > window.start && columns.timestamps[place] <= window.end {
        series.timestamps.append(Timestamp(rawValue: columns.timestamps[place]))
        series.values.append(.float(columns.values[place]))
      }
      guard !series.timestamps.isEmpty else { continue }
      try context.hold(series.timestamps.count)
      result.append(series)
    }
    result.sort { $0.labels < $1.labels }
    return result
  }

  private func series(_ labels: Labels, _ row: [Double]) -> MatrixSeries {
    var series = MatrixSeries(labels: labels)
    series.timestamps.reserveCapacity(row.count)
    series.values.reserveCapacity(row.count)
    for (step, value) in row.enumerated() where value.isPresent {
      series.timestamps.append(Timestamp(rawValue: context.grid.time(step)))
      series.values.append(.float(value))
    }
    return series
  }

  /// Adds the values of a row to another of the same labels; both having one at the same step is an
  /// error.
  static func merge(
    _ row: [Double], into target: inout [Double], at range: SourceRange
  ) throws(QueryError) {
    for step in row.indices where row[step].isPresent {
      guard !target[step].isPresent else { throw duplicate(at: range) }
      target[step] = row[step]
    }
  }

  static func duplicate(at range: SourceRange) -> QueryError {
    .failed("vector cannot contain metrics with the same labelset", at: range)
  }
}
