import MetricModel

/// The order of all series by their labels, maintained so that a selection sorts numbers and not
/// texts.
struct SeriesOrder: Sendable {
  private var sorted: [UInt32] = []
  private var ranks: [UInt32] = []
  private var added: [UInt32] = []

  /// Adds a series; it is sorted in when an order is next requested.
  mutating func insert(_ slot: UInt32) { added.append(slot) }

  /// Removes series.
  ///
  /// - Complexity: O(series), however many are removed.
  mutating func remove(_ slots: [UInt32]) {
    guard let highest = slots.max() else { return }
    var isGone = [Bool](repeating: false, count: Int(highest) + 1)
    for slot in slots { isGone[Int(slot)] = true }
    sorted.removeAll { $0 <= highest && isGone[Int($0)] }
    added.removeAll { $0 <= highest && isGone[Int($0)] }
    rankAll(from: 0)
  }

  /// Sorts slots by the labels of their series.
  ///
  /// - Complexity: O(slots * log slots) number comparisons; after series were added also O(series)
  ///   moves.
  mutating func sort(_ slots: inout [UInt32], labels: [Labels]) {
    if !added.isEmpty { placeAdded(labels) }
    if slots.count > 1024, slots.count * 16 > sorted.count {
      var wanted = [Bool](repeating: false, count: ranks.count)
      for slot in slots { wanted[Int(slot)] = true }
      slots = sorted.filter { wanted[Int($0)] }
    } else {
      slots.sort { ranks[Int($0)] < ranks[Int($1)] }
    }
  }

  private mutating func placeAdded(_ labels: [Labels]) {
    added.sort { Self.isBefore(labels[Int($0)], labels[Int($1)]) }
    var merged: [UInt32] = []
    merged.reserveCapacity(sorted.count + added.count)
    var done = 0
    for slot in added {
      let place = insertionPoint(labels[Int(slot)], in: done..<sorted.count, labels)
      merged.append(contentsOf: sorted[done..<place])
      merged.append(slot)
      done = place
    }
    merged.append(contentsOf: sorted[done...])
    sorted = merged
    added = []
    rankAll(from: 0)
  }

  private func insertionPoint(_ wanted: Labels, in range: Range<Int>, _ labels: [Labels]) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      if Self.isBefore(labels[Int(sorted[middle])], wanted) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  private mutating func rankAll(from start: Int) {
    let highest = sorted.max().map { Int($0) + 1 } ?? 0
    if ranks.count < highest {
      ranks.append(contentsOf: repeatElement(0, count: highest - ranks.count))
    }
    for place in start..<sorted.count { ranks[Int(sorted[place])] = UInt32(place) }
  }

  /// The order of `Labels`, computed on the packed bytes without a slice or a string.
  static func isBefore(_ left: Labels, _ right: Labels) -> Bool {
    let left = left.packed.span
    let right = right.packed.span
    var leftEnd = 0
    var rightEnd = 0
    while true {
      guard rightEnd < right.count else { return false }
      guard leftEnd < left.count else { return true }
      let leftText = text(at: leftEnd, left)
      let rightText = text(at: rightEnd, right)
      let common = min(leftText.count, rightText.count)
      for place in 0..<common {
        let leftByte = left[leftText.lowerBound + place]
        let rightByte = right[rightText.lowerBound + place]
        if leftByte != rightByte { return leftByte < rightByte }
      }
      if leftText.count != rightText.count { return leftText.count < rightText.count }
      leftEnd = leftText.upperBound
      rightEnd = rightText.upperBound
    }
  }

  private static func text(at position: Int, _ packed: Span<UInt8>) -> Range<Int> {
    var length = Int(packed[position])
    var start = position + 1
    if length == 255 {
      length = 0
      for place in 0..<4 { length |= Int(packed[start + place]) << (8 * place) }
      start += 4
    }
    return start..<(start + length)
  }
}
