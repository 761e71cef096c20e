import MetricModel

/// A hash table from label sets to slots: open addressing with four bytes per entry; the label sets
/// are in the catalog.
struct SlotTable: Sendable {
  private static let empty = UInt32.max

  /// The number of slots.
  private(set) var count = 0
  private var places = [UInt32](repeating: empty, count: 16)

  /// The slot of a label set; `nil` if there is none.
  func slot(of wanted: Labels, in labels: [Labels]) -> UInt32? {
    var place = home(wanted)
    while places[place] != Self.empty {
      if labels[Int(places[place])] == wanted { return places[place] }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// Adds a slot whose label set is not in the table yet.
  ///
  /// - Complexity: O(1) amortised.
  mutating func insert(_ slot: UInt32, in labels: [Labels]) {
    count += 1
    if count * 4 > places.count * 3 { grow(labels) }
    put(slot, labels)
  }

  /// Removes a slot if it is in the table.
  mutating func remove(_ slot: UInt32, in labels: [Labels]) {
    var place = home(labels[Int(slot)])
    while places[place] != slot {
      if places[place] == Self.empty { return }
      place = (place + 1) & (places.count - 1)
    }
    count -= 1
    // Displaced entries after it move up, so that no search ends too early.
    var next = (place + 1) & (places.count - 1)
    while places[next] != Self.empty {
      let wanted = home(labels[Int(places[next])])
      if (next &- wanted) & (places.count - 1) >= (next &- place) & (places.count - 1) {
        places[place] = places[next]
        place = next
      }
      next = (next + 1) & (places.count - 1)
    }
    places[place] = Self.empty
  }

  private mutating func put(_ slot: UInt32, _ labels: [Labels]) {
    var place = home(labels[Int(slot)])
    while places[place] != Self.empty { place = (place + 1) & (places.count - 1) }
    places[place] = slot
  }

  private mutating func grow(_ labels: [Labels]) {
    let old = places
    places = [UInt32](repeating: Self.empty, count: old.count * 2)
    for slot in old where slot != Self.empty { put(slot, labels) }
  }

  private func home(_ labels: Labels) -> Int {
    Int(truncatingIfNeeded: labels.digest) & (places.count - 1)
  }
}
