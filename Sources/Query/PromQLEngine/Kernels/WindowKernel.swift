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
