import StorageAPI

/// Moves a window over each series and calls a kernel for every step: two indices, no sample is
/// looked for twice.
final class WindowOperator: InstantOperator {
  let heads: [SeriesHead]
  private let source: any WindowSource
  private var kernel: any WindowKernel
  private var columns = SampleColumns()
  private var position = -1
  /// Called for each series whose samples' starts contradict each other.
  var onOverlappingStarts: ((SeriesHead) -> Void)?

  init(_ source: any WindowSource, keepsName: Bool, kernel: any WindowKernel) {
    self.source = source
    self.kernel = kernel
    heads = keepsName ? source.heads : source.heads.map(\.droppingName)
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &columns) else { return false }
    position += 1
    if !columns.startTimestamps.isEmpty, let onOverlappingStarts, columns.hasOverlappingStarts {
      onOverlappingStarts(heads[position])
    }
    kernel.prepare(columns)
    let windows = source.grid
    var low = 0
    var high = 0
    for step in 0..<windows.grid.count {
      let window = windows.window(step)
      while high < columns.count, columns.timestamps[high] <= window.end + windows.after {
        high += 1
      }
      while low < high, columns.timestamps[low] <= window.start - windows.before { low += 1 }
      row[step] =
        low == high
        ? absentValue
        : kernel.value(
          columns,
          SampleWindow(
            low: low, high: high, start: window.start, end: window.end,
            evaluation: window.evaluation, step: step))
    }
    return true
  }
}
