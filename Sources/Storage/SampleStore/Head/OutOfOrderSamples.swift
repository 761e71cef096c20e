import StorageAPI

/// Samples of one series that arrived after a chunk of their time was sealed; maintenance merges
/// them into the chunks.
struct OutOfOrderSamples: Sendable {
  /// In order of time.
  private(set) var columns = SampleColumns()
  /// The first batch with one of them; the WAL is needed from there on.
  var sequence: Int64 = .max

  /// Whether there are none.
  var isEmpty: Bool { columns.count == 0 }

  /// Inserts a sample at its place.
  ///
  /// - Complexity: O(1) for samples that arrive in order, else O(samples).
  mutating func take(_ timestamp: Int64, _ value: UInt64) -> SeriesState.Verdict {
    var place = columns.count
    if let last = columns.timestamps.last, last >= timestamp {
      place = insertionPoint(timestamp)
      if columns.timestamps[place] == timestamp {
        return columns.values[place].bitPattern == value ? .repeated : .duplicate
      }
    }
    columns.timestamps.insert(timestamp, at: place)
    columns.values.insert(Double(bitPattern: value), at: place)
    return .appended
  }

  /// Removes the samples that are in a chunk now.
  mutating func remove(_ merged: SampleColumns) {
    let gone = Set(merged.timestamps)
    var rest = SampleColumns()
    for place in columns.timestamps.indices where !gone.contains(columns.timestamps[place]) {
      rest.timestamps.append(columns.timestamps[place])
      rest.values.append(columns.values[place])
    }
    columns = rest
  }

  private func insertionPoint(_ timestamp: Int64) -> Int {
    var low = 0
    var high = columns.count
    while low < high {
      let middle = (low + high) / 2
      if columns.timestamps[middle] < timestamp { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension SampleColumns {
  /// Merges samples in order of time; where both have a sample, the first one's is taken.
  static func merging(_ first: SampleColumns, _ second: SampleColumns) -> SampleColumns {
    var merged = SampleColumns()
    var left = 0
    var right = 0
    while left < first.count || right < second.count {
      let takesFirst =
        right == second.count
        || left < first.count && first.timestamps[left] <= second.timestamps[right]
      if takesFirst {
        if right < second.count, first.timestamps[left] == second.timestamps[right] { right += 1 }
        merged.timestamps.append(first.timestamps[left])
        merged.values.append(first.values[left])
        left += 1
      } else {
        merged.timestamps.append(second.timestamps[right])
        merged.values.append(second.values[right])
        right += 1
      }
    }
    return merged
  }

  /// The samples at times in a range.
  func within(_ from: Int64, _ through: Int64) -> SampleColumns {
    var part = SampleColumns()
    for place in timestamps.indices where timestamps[place] >= from && timestamps[place] <= through
    {
      part.timestamps.append(timestamps[place])
      part.values.append(values[place])
    }
    return part
  }
}
