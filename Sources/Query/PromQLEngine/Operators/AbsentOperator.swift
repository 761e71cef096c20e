/// `absent`: 1 at every step at which no series has a value.
final class AbsentOperator: InstantOperator {
  let heads: SeriesHeads
  private let source: any InstantOperator
  private var isDone = false

  init(_ source: any InstantOperator, head: SeriesHead) {
    self.source = source
    heads = [head]
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard !isDone else { return false }
    isDone = true
    var isAbsent = [Bool](repeating: true, count: row.count)
    while try source.next(into: &row) {
      for step in row.indices where row[step].isPresent { isAbsent[step] = false }
    }
    for step in row.indices { row[step] = isAbsent[step] ? 1 : absentValue }
    return true
  }
}
