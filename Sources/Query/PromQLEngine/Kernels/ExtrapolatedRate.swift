import StorageAPI

/// `rate`, `increase` and `delta`: the difference over a window, corrected for counter resets and
/// extrapolated to the window's edges as in Prometheus' `extrapolatedRate`.
struct ExtrapolatedRate: WindowKernel {
  /// Whether a drop is a reset rather than a decrease.
  let isCounter: Bool
  /// Whether the result is per second of the window.
  let isRate: Bool

  /// The indices of the first values after counter resets.
  private var resets: [Int] = []
  /// The first reset that may lie in the current window or a later one.
  private var nextReset = 0

  init(isCounter: Bool, isRate: Bool) {
    self.isCounter = isCounter
    self.isRate = isRate
  }

  mutating func prepare(_ columns: SampleColumns) {
    guard isCounter else { return }
    resets.removeAll(keepingCapacity: true)
    nextReset = 0
    let values = columns.values
    guard values.count > 1 else { return }
    guard columns.startTimestamps.isEmpty else {
      for index in 1..<values.count where columns.isReset(index) { resets.append(index) }
      return
    }
    var previous = values[0]
    for index in 1..<values.count {
      let value = values[index]
      if value < previous { resets.append(index) }
      previous = value
    }
  }

  @inline(__always)
  mutating func value(_ columns: SampleColumns, _ window: SampleWindow) -> Double {
    let zero = isCounter ? columns.zero(before: window.low, after: window.start) : nil
    guard window.count > 1 || zero != nil else { return absentValue }
    let last = window.high - 1
    let first = columns.values[window.low]
    var difference = columns.values[last] - first
    if isCounter {
      while nextReset < resets.count, resets[nextReset] <= window.low { nextReset += 1 }
      var reset = nextReset
      while reset < resets.count, resets[reset] <= last {
        difference += columns.values[resets[reset] - 1]
        reset += 1
      }
    }
    let factor: Double
    if let zero {
      difference += first
      factor = extrapolation(
        sinceZero: zero, from: columns.timestamps[window.low], to: columns.timestamps[last], window)
    } else {
      factor = extrapolation(
        from: columns.timestamps[window.low], to: columns.timestamps[last], window,
        first: first, difference: difference)
    }
    let scale = isRate ? factor / (Double(window.end - window.start) / 1000) : factor
    return difference * scale
  }

  /// The factor by which the difference grows when it is extrapolated from the samples to the
  /// window.
  ///
  /// Divisions take most of its time, so those with a known result are skipped.
  @inline(__always)
  private func extrapolation(
    from firstTime: Int64, to lastTime: Int64, _ window: SampleWindow, first: Double,
    difference: Double
  ) -> Double {
    let sampled = Double(lastTime - firstTime) / 1000
    let gaps = Double(window.count - 1)
    var toStart = Double(firstTime - window.start) / 1000
    var toEnd = Double(window.end - lastTime) / 1000
    if max(toStart, toEnd) * gaps >= sampled {
      // One of the edges is farther away than the samples are from each other.
      let average = sampled / gaps
      let threshold = average * 1.1
      if toStart >= threshold { toStart = average / 2 }
      if toEnd >= threshold { toEnd = average / 2 }
    }
    // A counter is not negative: extrapolate no further back than to where it would have been zero,
    // which is far if its value is large.
    if isCounter, difference > 0, first >= 0, first < difference || toStart > sampled {
      toStart = min(toStart, sampled * (first / difference))
    }
    return (sampled + toStart + toEnd) / sampled
  }

  /// The same if the counter is known to have started inside the window: no extrapolation on that
  /// side.
  private func extrapolation(
    sinceZero zero: Int64, from firstTime: Int64, to lastTime: Int64, _ window: SampleWindow
  ) -> Double {
    let sampled = Double(lastTime - zero) / 1000
    let average =
      window.count > 1 ? Double(lastTime - firstTime) / 1000 / Double(window.count - 1) : 0
    var toEnd = Double(window.end - lastTime) / 1000
    if toEnd >= average * 1.1 { toEnd = average / 2 }
    return (sampled + toEnd) / sampled
  }
}
