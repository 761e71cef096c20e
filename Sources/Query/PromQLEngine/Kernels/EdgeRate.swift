import MetricModel
import StorageAPI

/// `rate`, `increase` and `delta` of a range with `anchored` or `smoothed`: the difference between
/// the values at both edges of the window, taken from the last sample before it or interpolated;
/// nothing is extrapolated.
struct EdgeRate: WindowKernel {
  /// Whether edges are interpolated.
  let isSmoothed: Bool
  /// Whether a drop is a reset rather than a decrease.
  var isCounter = false
  /// Whether the result is per second of the window.
  var isRate = false

  /// The window includes samples of the lookback before it, and after it if edges are smoothed.
  func value(_ columns: SampleColumns, _ window: SampleWindow) -> Double {
    var first = window.anchor(in: columns)
    var last = window.high - 1
    if isSmoothed {
      while last > first, columns.timestamps[last - 1] >= window.end { last -= 1 }
    }
    guard columns.timestamps[last] > window.start, columns.timestamps[first] <= window.end else {
      return absentValue
    }
    let left = leftValue(columns, first, window)
    let right = rightValue(columns, last, window)
    var difference = right - left
    if isCounter {
      // Samples outside the window are accounted for in the values at its edges.
      if columns.timestamps[first] <= window.start { first += 1 }
      if columns.timestamps[last] >= window.end { last -= 1 }
      var previous = left
      if first <= last {
        for value in columns.values[first...last] {
          if value < previous { difference += previous }
          previous = value
        }
      }
      if right < previous { difference += previous }
    }
    return isRate ? difference / (Double(window.end - window.start) / 1000) : difference
  }

  /// The samples of a window with a value at each of its edges, as the result of a range vector
  /// query; none if all samples lie before the window.
  func samples(_ columns: SampleColumns, _ window: SampleWindow) -> SampleColumns {
    var samples = SampleColumns()
    var first = window.anchor(in: columns)
    var last = window.high - 1
    if isSmoothed {
      while last > first, columns.timestamps[last - 1] >= window.end { last -= 1 }
    }
    guard columns.timestamps[last] > window.start else { return samples }
    samples.append(Timestamp(rawValue: window.start), leftValue(columns, first, window))
    let right = rightValue(columns, last, window)
    if columns.timestamps[first] <= window.start { first += 1 }
    if columns.timestamps[last] >= window.end { last -= 1 }
    for index in first..<max(first, last + 1) {
      samples.append(Timestamp(rawValue: columns.timestamps[index]), columns.values[index])
    }
    samples.append(Timestamp(rawValue: window.end), right)
    return samples
  }

  private func leftValue(
    _ columns: SampleColumns, _ first: Int, _ window: SampleWindow
  ) -> Double {
    guard isSmoothed, columns.timestamps[first] < window.start else {
      return columns.values[first]
    }
    let after = columns.values[first + 1]
    let before = isCounter && after < columns.values[first] ? 0 : columns.values[first]
    return interpolate(columns, first, window.start, before, after)
  }

  private func rightValue(
    _ columns: SampleColumns, _ last: Int, _ window: SampleWindow
  ) -> Double {
    guard isSmoothed, last > 0, columns.timestamps[last] > window.end else {
      return columns.values[last]
    }
    let before = columns.values[last - 1]
    let drop = isCounter && columns.values[last] < before
    let after = drop ? columns.values[last] + before : columns.values[last]
    return interpolate(columns, last - 1, window.end, before, after)
  }

  private func interpolate(
    _ columns: SampleColumns, _ index: Int, _ time: Int64, _ before: Double, _ after: Double
  ) -> Double {
    let span = Double(columns.timestamps[index + 1] - columns.timestamps[index])
    return before + (after - before) * Double(time - columns.timestamps[index]) / span
  }
}
