import StorageAPI

/// The samples of one window: a slice of a series' columns and the time bounds.
struct SampleWindow {
  /// The first sample inside.
  var low: Int
  /// One past the last sample inside.
  var high: Int
  /// The open start, in milliseconds.
  var start: Int64
  /// The closed end.
  var end: Int64
  /// The instant for which the window is evaluated.
  var evaluation: Int64
  /// The number of the step.
  var step: Int

  /// The number of samples; never 0 when a kernel is called.
  var count: Int { high - low }
}

/// Computes a value from one window.
protocol WindowKernel {
  /// Examines a series as a whole before its windows.
  mutating func prepare(_ columns: SampleColumns)
  /// The value for one window that has at least one sample; `absentValue` for none.
  mutating func value(_ columns: SampleColumns, _ window: SampleWindow) -> Double
  /// Writes the values of all windows over the row. One dynamic call per series: the loop is
  /// compiled for each kernel.
  mutating func fill(
    _ row: inout [Double], _ columns: SampleColumns, _ windows: WindowGrid, _ context: QueryContext
  ) throws(QueryError)
}

extension WindowKernel {
  mutating func prepare(_ columns: SampleColumns) {}

  mutating func fill(
    _ row: inout [Double], _ columns: SampleColumns, _ windows: WindowGrid, _ context: QueryContext
  ) throws(QueryError) {
    try fillWindows(&row, columns, windows, context)
  }

  /// Moves a window over a series with two indices; no sample is searched for twice.
  @inline(__always)
  mutating func fillWindows(
    _ row: inout [Double], _ columns: SampleColumns, _ windows: WindowGrid, _ context: QueryContext
  ) throws(QueryError) {
    prepare(columns)
    let timestamps = columns.timestamps.span
    let newest = timestamps.count > 0 ? timestamps[timestamps.count - 1] : .max
    var low = 0
    var high = 0
    var work = 0
    for step in 0..<windows.grid.count {
      let window = windows.window(step)
      let end = window.end + windows.after
      if newest <= end { high = timestamps.count }
      while high < timestamps.count, timestamps[high] <= end { high += 1 }
      while low < high, timestamps[low] <= window.start - windows.before { low += 1 }
      // Wide windows at many steps are the one case where the work exceeds the number of samples.
      work += high - low
      if work > 1 << 14 {
        try context.checkpoint(work: work)
        work = 0
      }
      row[step] =
        low == high
        ? absentValue
        : value(
          columns,
          SampleWindow(
            low: low, high: high, start: window.start, end: window.end,
            evaluation: window.evaluation, step: step))
    }
  }
}

/// A kernel that needs no preparation.
struct PlainKernel: WindowKernel {
  let body: (SampleColumns, SampleWindow) -> Double

  func value(_ columns: SampleColumns, _ window: SampleWindow) -> Double {
    body(columns, window)
  }
}
