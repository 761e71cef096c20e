import MetricModel
import PromQLSyntax
import StorageAPI

/// Builds the result of a query from its last operator: metric names are dropped where needed,
/// series that became equal are merged.
struct ResultBuilder {
  private let context: QueryContext

  init(_ context: QueryContext) { self.context = context }

  /// The result of an instant query, in the operator's order.
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

  /// The result of a range query, sorted by labels.
  func matrix(
    _ source: any InstantOperator, at range: SourceRange
  ) throws(QueryError) -> [MatrixSeries] {
    let times = stepTimes
    var result: [MatrixSeries] = []
    var known: [Labels: Int] = [:]
    var row = [Double](repeating: absentValue, count: times.count)
    var index = 0
    while try source.next(into: &row) {
      try context.checkpoint()
      defer { index += 1 }
      let series = MatrixSeries(source.heads[index].finalLabels, row, at: times)
      guard !series.values.isEmpty else { continue }
      if let first = known[series.labels] {
        guard result[first].merge(series) else { throw Self.duplicate(at: range) }
      } else {
        try context.hold(times.count)
        known[series.labels] = result.count
        result.append(series)
      }
    }
    result.sort { $0.labels < $1.labels }
    return result
  }

  /// A scalar's result of a range query: one series without labels.
  func matrix(ofScalar row: [Double]) -> [MatrixSeries] {
    row.isEmpty ? [] : [MatrixSeries(.empty, row, at: stepTimes)]
  }

  /// The samples of a range selector or subquery that is the whole query.
  func windows(
    _ expression: Expression, _ planner: Planner
  ) async throws(QueryError) -> [MatrixSeries] {
    let source = try await planner.windows(expression, on: context.grid)
    let window = source.grid.window(0)
    let edges = source.edges == .plain ? nil : EdgeRate(isSmoothed: source.edges == .smoothed)
    var result: [MatrixSeries] = []
    var columns = SampleColumns()
    var index = 0
    while try source.next(into: &columns) {
      try context.checkpoint()
      defer { index += 1 }
      if let edges, columns.count > 0 {
        columns = edges.samples(
          columns,
          SampleWindow(
            low: 0, high: columns.count, start: window.start, end: window.end,
            evaluation: window.evaluation, step: 0))
      }
      let start = edges == nil ? window.start : window.start - 1
      var series = MatrixSeries(labels: source.heads[index].finalLabels)
      for place in columns.timestamps.indices
      where columns.timestamps[place] > start && columns.timestamps[place] <= window.end {
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

  /// The instants of the query.
  private var stepTimes: [Timestamp] {
    (0..<context.grid.count).map { Timestamp(rawValue: context.grid.time($0)) }
  }

  /// Merges the values of a row into another with the same labels; it is an error if both have one
  /// at the same step.
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

extension MatrixSeries {
  /// The present values of a row. Series with a value at every step share one array of times.
  fileprivate init(_ labels: Labels, _ row: [Double], at times: [Timestamp]) {
    self.init(labels: labels)
    let count = row.reduce(0) { $0 + ($1.isPresent ? 1 : 0) }
    values = [Sample](capacity: count) { values in
      for value in row where value.isPresent { values.append(.float(value)) }
    }
    timestamps =
      count == row.count
      ? times : row.indices.filter { row[$0].isPresent }.map { times[$0] }
  }

  /// Adds the samples of a series with the same labels; returns `false` if both have one at the
  /// same time.
  fileprivate mutating func merge(_ other: MatrixSeries) -> Bool {
    let all = (Array(zip(timestamps, values)) + zip(other.timestamps, other.values))
      .sorted { $0.0 < $1.0 }
    timestamps = all.map(\.0)
    values = all.map(\.1)
    return zip(timestamps, timestamps.dropFirst()).allSatisfy { $0 < $1 }
  }
}
