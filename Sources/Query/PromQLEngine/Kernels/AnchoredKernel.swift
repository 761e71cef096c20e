import StorageAPI

/// `changes` and `resets` of an anchored range: the last sample before the window counts as its
/// first.
struct AnchoredKernel: WindowKernel {
  private var inner: any WindowKernel

  init(_ inner: any WindowKernel) { self.inner = inner }

  mutating func value(_ columns: SampleColumns, _ window: SampleWindow) -> Double {
    guard columns.timestamps[window.high - 1] > window.start else { return absentValue }
    var anchored = window
    anchored.low = window.anchor(in: columns)
    return inner.value(columns, anchored)
  }
}

extension SampleWindow {
  /// The last sample at or before the window's start, or else the first one.
  func anchor(in columns: SampleColumns) -> Int {
    var index = low
    while index + 1 < high, columns.timestamps[index + 1] <= start { index += 1 }
    return index
  }
}
