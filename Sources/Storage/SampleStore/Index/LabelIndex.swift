import MetricModel

/// The inverted index: for each label name and value, the sorted list of slots.
struct LabelIndex: Sendable {
  /// The postings of one label name.
  struct Values: Sendable {
    /// The slots of each value; no list is empty.
    fileprivate(set) var postings: [ExactText: [UInt32]] = [:]
    /// The number of series with the label.
    fileprivate(set) var seriesCount = 0
  }

  /// The postings by label name.
  private(set) var names: [ExactText: Values] = [:]
  /// All slots in use.
  private(set) var all: [UInt32] = []

  /// Adds a series that is not in the index.
  ///
  /// - Complexity: O(labels) if the slot is the highest so far.
  mutating func insert(_ slot: UInt32, _ labels: Labels) {
    Postings.insert(slot, into: &all)
    for label in labels {
      names[ExactText(label.name), default: Values()].insert(slot, ExactText(label.value))
    }
  }

  /// Removes series, in order of their slots, with the labels that they were added with.
  ///
  /// - Complexity: O(length of all postings lists that a series is in), however many series are
  ///   removed.
  mutating func remove(_ removed: [(slot: UInt32, labels: Labels)]) {
    all = Postings.subtracting(all, removed.map(\.slot))
    var gone: [ExactText: [ExactText: [UInt32]]] = [:]
    for one in removed {
      for label in one.labels {
        gone[ExactText(label.name), default: [:]][ExactText(label.value), default: []]
          .append(one.slot)
      }
    }
    for (name, values) in gone {
      for (value, slots) in values { names[name]?.remove(slots, value) }
      if names[name]?.postings.isEmpty == true { names[name] = nil }
    }
  }
}

extension LabelIndex.Values {
  fileprivate mutating func insert(_ slot: UInt32, _ value: ExactText) {
    seriesCount += 1
    Postings.insert(slot, into: &postings[value, default: []])
  }

  fileprivate mutating func remove(_ slots: [UInt32], _ value: ExactText) {
    guard let list = postings[value] else { return }
    let left = Postings.subtracting(list, slots)
    seriesCount -= list.count - left.count
    postings[value] = left.isEmpty ? nil : left
  }
}
