/// Yields the series of several operators, one after another.
final class ConcatenationOperator: InstantOperator {
  let heads: SeriesHeads
  private var sources: ArraySlice<any InstantOperator>

  init(_ sources: [any InstantOperator]) {
    self.sources = sources[...]
    heads = SeriesHeads(sources.flatMap(\.heads))
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    while let source = sources.first {
      if try source.next(into: &row) { return true }
      sources.removeFirst()
    }
    return false
  }
}
