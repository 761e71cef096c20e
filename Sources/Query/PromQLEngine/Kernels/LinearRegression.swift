import StorageAPI

/// The straight line through the samples of a window, by least squares with compensated sums.
struct LinearRegression {
  /// The rise per second.
  let slope: Double
  /// The value at the given instant.
  let intercept: Double

  /// Fits a line; `origin` is the instant of the intercept, in milliseconds.
  init(_ columns: SampleColumns, _ window: SampleWindow, from origin: Int64) {
    let first = columns.values[window.low]
    var isConstant = true
    var (x, y, xy, xx) = (KahanSum(), KahanSum(), KahanSum(), KahanSum())
    for index in window.low..<window.high {
      let value = columns.values[index]
      if value != first { isConstant = false }
      let time = Double(columns.timestamps[index] - origin) / 1000
      x.add(time)
      y.add(value)
      xy.add(time * value)
      xx.add(time * time)
    }
    guard !isConstant else {
      slope = first.isInfinite ? .nan : 0
      intercept = first.isInfinite ? .nan : first
      return
    }
    let count = Double(window.count)
    slope = (xy.value - x.value * y.value / count) / (xx.value - x.value * x.value / count)
    intercept = y.value / count - slope * x.value / count
  }
}
