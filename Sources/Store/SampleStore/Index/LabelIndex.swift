import MetricModel

/// Which series have which label values: for each name and value, the sorted list of slots.
struct LabelIndex: Sendable {
  /// The lists of one label name.
  struct Values: Sendable {
    /// The slots of each value; no list is empty.
    fileprivate(set) var postings: [String: [UInt32]] = [:]
    /// How many series have the label.
    fileprivate(set) var seriesCount = 0
  }

  /// The lists by label name.
  private(set) var names: [String: Values] = [:]
  /// All slots in use.
  private(set) var all: [UInt32] = []

  /// Adds a series that is not in the index.
  ///
  /// - Complexity: O(labels), if the slot is the highest so far.
  mutating func insert(_ slot: UInt32, _ labels: Labels) {
    Postings.insert(slot, into: &all)
    for label in labels {
      names[label.name, default: Values()].insert(slot, label.value)
    }
  }

  /// Removes a series with the labels that it was added with.
  mutating func remove(_ slot: UInt32, _ labels: Labels) {
    Postings.remove(slot, from: &all)
    for label in labels {
      names[label.name]?.remove(slot, label.value)
      if names[label.name]?.postings.isEmpty == true { names[label.name] = nil }
    }
  }
}

extension LabelIndex.Values {
  fileprivate mutating func insert(_ slot: UInt32, _ value: String) {
    seriesCount += 1
    Postings.insert(slot, into: &postings[value, default: []])
  }

  fileprivate mutating func remove(_ slot: UInt32, _ value: String) {
    seriesCount -= 1
    // Taken out first, so that the list is changed in place.
    guard var list = postings.removeValue(forKey: value) else { return }
    Postings.remove(slot, from: &list)
    if !list.isEmpty { postings[value] = list }
  }
}
