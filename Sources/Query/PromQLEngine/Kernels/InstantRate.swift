import StorageAPI

/// `irate` and `idelta`: the last two samples of a window.
struct InstantRate: WindowKernel {
  /// Whether the result is per second, and a drop a reset.
  let isRate: Bool

  func value(_ columns: SampleColumns, _ window: SampleWindow) -> Double {
    guard window.count > 1 else { return absentValue }
    let (before, last) = (window.high - 2, window.high - 1)
    let (old, new) = (columns.values[before], columns.values[last])
    guard isRate else { return new - old }
    let seconds = Double(columns.timestamps[last] - columns.timestamps[before]) / 1000
    return (columns.isReset(last) ? new : new - old) / seconds
  }
}
