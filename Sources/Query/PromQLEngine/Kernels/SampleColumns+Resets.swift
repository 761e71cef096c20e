import StorageAPI

extension SampleColumns {
  /// Whether a counter was reset between a sample and the previous one: its value decreased, or its
  /// start timestamp is later.
  @inline(__always)
  func isReset(_ index: Int) -> Bool {
    values[index] < values[index - 1] || (!startTimestamps.isEmpty && isRestarted(index))
  }

  /// Whether the start of a sample lies after the previous sample. A start at that very instant is
  /// a delta, unless the previous sample has no start or a wrong one: then the start is unknown.
  func isRestarted(_ index: Int) -> Bool {
    let start = startTimestamps[index]
    let previous = timestamps[index - 1]
    guard start != 0, start < timestamps[index] else { return false }
    let previousStart = startTimestamps[index - 1]
    return start > previous || (start == previous && previousStart != 0 && previousStart < previous)
  }

  /// The instant between an open start and a sample at which the counter was zero, if the sample's
  /// start timestamp gives it.
  @inline(__always)
  func zero(before index: Int, after start: Int64) -> Int64? {
    guard !startTimestamps.isEmpty else { return nil }
    let zero = startTimestamps[index]
    return zero != 0 && zero > start && zero < timestamps[index] ? zero : nil
  }

  /// The samples whose start timestamp lies before the previous sample, although that one has a
  /// different start.
  var overlappingStarts: [Int] {
    startTimestamps.indices.dropFirst().filter { index in
      let start = startTimestamps[index]
      return start != 0 && start < timestamps[index - 1] && start != startTimestamps[index - 1]
    }
  }
}
