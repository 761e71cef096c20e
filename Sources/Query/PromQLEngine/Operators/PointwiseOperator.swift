/// Applies a function of one number to every value; the metric name is dropped.
final class PointwiseOperator: InstantOperator {
  let heads: SeriesHeads
  private let source: any InstantOperator
  private let function: (Double, Int) -> Double

  /// The function gets the value and the index of the step.
  init(_ source: any InstantOperator, steps function: @escaping (Double, Int) -> Double) {
    self.source = source
    self.function = function
    heads = source.heads.droppingNames
  }

  convenience init(_ source: any InstantOperator, _ function: @escaping (Double) -> Double) {
    self.init(source) { (value, _) in function(value) }
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &row) else { return false }
    for step in row.indices where row[step].isPresent { row[step] = function(row[step], step) }
    return true
  }
}
