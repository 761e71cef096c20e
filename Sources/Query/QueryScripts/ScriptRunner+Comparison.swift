import MetricModel
import PromQLEngine

extension ScriptRunner {
  /// Whether two results are equal within the tolerance of the scripts.
  static func isClose(_ left: Double, _ right: Double) -> Bool {
    if left == right || (left.isNaN && right.isNaN) { return true }
    if left == 0 || right == 0 { return (left - right).magnitude < 1e-6 * .leastNormalMagnitude }
    return (left - right).magnitude / (left.magnitude + right.magnitude) < 1e-6
  }

  /// The difference between a result and the expected one; `nil` if there is none.
  static func problem(with result: QueryResult, _ evaluation: Evaluation) -> String? {
    if let problem = evaluation.notes.problem(warnings: result.warnings, infos: result.infos) {
      return problem
    }
    switch result.value {
    case .scalar(let value, _):
      guard let wanted = evaluation.scalar else { return "gives scalar \(value)" }
      return isClose(value, wanted) ? nil : "gives \(value), not \(wanted)"
    case .string(let text, _):
      return text == evaluation.string ? nil : "gives string \(text)"
    case .vector(let vector, _): return compareVector(vector, evaluation)
    case .matrix(let matrix): return compareMatrix(matrix, evaluation)
    }
  }

  private static func compareVector(
    _ vector: [VectorElement], _ evaluation: Evaluation
  ) -> String? {
    guard evaluation.scalar == nil, evaluation.string == nil,
      vector.count == evaluation.series.count
    else { return "gives \(vector)" }
    if evaluation.isOrdered {
      for (element, wanted) in zip(vector, evaluation.series)
      where element.labels != wanted.labels {
        return "wrong order: \(vector.map(\.labels))"
      }
    }
    for (labels, values, _) in evaluation.series {
      guard values.count == 1, case .number(let wanted)? = values.first,
        let found = vector.first(where: { $0.labels == labels })?.value.float
      else { return "\(labels) is missing in \(vector)" }
      if !isClose(found, wanted) { return "\(labels) is \(found), not \(wanted)" }
    }
    return nil
  }

  private static func compareMatrix(
    _ matrix: [MatrixSeries], _ evaluation: Evaluation
  ) -> String? {
    guard evaluation.string == nil, !evaluation.isOrdered else { return "is a matrix" }
    let (start, step) =
      evaluation.rangeVector.map { ($0.start, $0.step) }
      ?? (evaluation.start, evaluation.range?.step ?? 1)
    guard matrix.map(\.labels) == matrix.map(\.labels).sorted() else {
      return "not sorted: \(matrix.map(\.labels))"
    }
    if let scalar = evaluation.scalar {
      let isScalar = matrix.count == 1 && matrix[0].labels == .empty
      return isScalar && matrix[0].values.allSatisfy { isClose($0.float ?? .nan, scalar) }
        ? nil : "gives \(matrix)"
    }
    let wanted = evaluation.series.filter { $0.values.contains { $0 != .gap } }
    guard matrix.count == wanted.count else { return "gives \(matrix)" }
    for (labels, values, _) in wanted {
      guard let series = matrix.first(where: { $0.labels == labels }) else {
        return "\(labels) is missing in \(matrix)"
      }
      if let problem = compare(series, with: values, from: start, step: step) { return problem }
    }
    return nil
  }

  private static func compare(
    _ series: MatrixSeries, with values: [Script.Value], from start: Int64, step: Int64
  ) -> String? {
    var found: [Int64: Double] = [:]
    for (time, value) in zip(series.timestamps, series.values) {
      found[time.rawValue] = value.float
    }
    for (index, value) in values.enumerated() {
      let got = found.removeValue(forKey: start + Int64(index) * step)
      switch value {
      case .number(let wanted):
        guard let got, isClose(got, wanted) else {
          return "\(series.labels)[\(index)] is \(got.map { "\($0)" } ?? "missing"), not \(wanted)"
        }
      case .gap, .stale, .histogram, .start:
        if let got { return "\(series.labels)[\(index)] is \(got)" }
      }
    }
    return found.isEmpty ? nil : "\(series.labels) has more points: \(found)"
  }
}
