import MetricModel

@testable import PromQLEngine

/// Whether two results are the same within the tolerance of the scripts (rule 10).
func isClose(_ left: Double, _ right: Double) -> Bool {
  if left == right || (left.isNaN && right.isNaN) { return true }
  if left == 0 || right == 0 { return (left - right).magnitude < 1e-6 * .leastNormalMagnitude }
  return (left - right).magnitude / (left.magnitude + right.magnitude) < 1e-6
}

extension ScriptRunner {
  /// What is wrong with a result; nil if it is as expected.
  func compare(_ result: QueryResult, _ evaluation: Script.Evaluation) -> String? {
    if let problem = compareNotes(result, evaluation.notes) { return problem }
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

  private func compareNotes(_ result: QueryResult, _ notes: Script.Notes) -> String? {
    if notes.forbidsWarning, !result.warnings.isEmpty { return "warns \(result.warnings)" }
    if notes.forbidsInfo, !result.infos.isEmpty { return "informs \(result.infos)" }
    if notes.wantsWarning, result.warnings.isEmpty { return "does not warn" }
    if notes.wantsInfo, result.infos.isEmpty { return "does not inform" }
    for text in notes.warnings where !result.warnings.contains(text) {
      return "warns \(result.warnings)"
    }
    for text in notes.infos where !result.infos.contains(text) {
      return "informs \(result.infos)"
    }
    return nil
  }

  private func compareVector(
    _ vector: [VectorElement], _ evaluation: Script.Evaluation
  ) -> String? {
    guard evaluation.scalar == nil, vector.count == evaluation.series.count else {
      return "gives \(vector)"
    }
    if evaluation.isOrdered {
      for (element, wanted) in zip(vector, evaluation.series)
      where element.labels != wanted.labels {
        return "wrong order: \(vector.map(\.labels))"
      }
    }
    for (labels, values) in evaluation.series {
      guard case .number(let wanted)? = values.first,
        let found = vector.first(where: { $0.labels == labels })?.value.float
      else { return "\(labels) is missing in \(vector)" }
      if !isClose(found, wanted) { return "\(labels) is \(found), not \(wanted)" }
    }
    return nil
  }

  private func compareMatrix(
    _ matrix: [MatrixSeries], _ evaluation: Script.Evaluation
  ) -> String? {
    let (start, step) =
      evaluation.rangeVector.map { ($0.start, $0.step) }
      ?? (evaluation.start, evaluation.range?.step ?? 1)
    if let scalar = evaluation.scalar {
      return matrix.first?.values.allSatisfy { isClose($0.float ?? .nan, scalar) } == true
        ? nil : "gives \(matrix)"
    }
    let wanted = evaluation.series.filter { $0.values.contains { $0 != .gap } }
    guard matrix.count == wanted.count else { return "gives \(matrix)" }
    for (labels, values) in wanted {
      guard let series = matrix.first(where: { $0.labels == labels }) else {
        return "\(labels) is missing in \(matrix)"
      }
      var found: [Int64: Double] = [:]
      for (time, value) in zip(series.timestamps, series.values) {
        found[time.rawValue] = value.float
      }
      for (index, value) in values.enumerated() {
        let got = found.removeValue(forKey: start + Int64(index) * step)
        switch value {
        case .number(let wanted):
          guard let got, isClose(got, wanted) else { return "\(labels)[\(index)] is \(got as Any)" }
        case .gap, .stale, .histogram:
          if let got { return "\(labels)[\(index)] is \(got)" }
        }
      }
      if !found.isEmpty { return "\(labels) has more points: \(found)" }
    }
    return nil
  }
}
