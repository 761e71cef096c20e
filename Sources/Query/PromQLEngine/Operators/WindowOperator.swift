import StorageAPI

/// The samples of one window: a slice of a series' columns and the bounds of time.
struct SampleWindow {
  /// The first sample inside.
  var low: Int
  /// One past the last sample inside.
  var high: Int
  /// The open start, in milliseconds.
  var start: Int64
  /// The closed end.
  var end: Int64
  /// The instant for which the window is looked at.
  var evaluation: Int64
  /// The number of the step.
  var step: Int

  /// How many samples there are; never 0 when a kernel is called.
  var count: Int { high - low }
}

/// What a function makes of one window.
protocol WindowKernel {
  /// Looks at a series as a whole before its windows come.
  mutating func prepare(_ columns: SampleColumns)
  /// The value for one window that has at least one sample; `absentValue` for none.
  mutating func value(_ columns: SampleColumns, _ window: SampleWindow) -> Double
}

extension WindowKernel {
  mutating func prepare(_ columns: SampleColumns) {}
}

/// A kernel that needs no preparation.
struct PlainKernel: WindowKernel {
  let body: (SampleColumns, SampleWindow) -> Double

  func value(_ columns: SampleColumns, _ window: SampleWindow) -> Double {
    body(columns, window)
  }
}

/// Moves a window over each series and calls a kernel for every step: two indices, no sample is looked for twice.
final class WindowOperator: InstantOperator {
  let heads: [SeriesHead]
  private let source: any WindowSource
  private var kernel: any WindowKernel
  private var columns = SampleColumns()

  init(_ source: any WindowSource, keepsName: Bool, kernel: any WindowKernel) {
    self.source = source
    self.kernel = kernel
    heads = keepsName ? source.heads : source.heads.map(\.droppingName)
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &columns) else { return false }
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

/// `absent_over_time`: 1 at every step whose window is empty in all series.
final class AbsentWindowOperator: InstantOperator {
  let heads: [SeriesHead]
  private let source: any WindowSource
  private var isDone = false

  init(_ source: any WindowSource, head: SeriesHead) {
    self.source = source
    heads = [head]
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard !isDone else { return false }
    isDone = true
    for step in row.indices { row[step] = 1 }
    var columns = SampleColumns()
    while try source.next(into: &columns) {
      var low = 0
      for step in row.indices {
        let window = source.grid.window(step)
        while low < columns.count, columns.timestamps[low] <= window.start { low += 1 }
        if low < columns.count, columns.timestamps[low] <= window.end { row[step] = absentValue }
      }
    }
    return true
  }
}
