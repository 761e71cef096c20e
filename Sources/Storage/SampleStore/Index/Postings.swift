/// Sets of series as sorted lists of slots.
enum Postings {
  /// The slots that are in both lists.
  ///
  /// - Complexity: O(left + right), or O(small * log large) if one is much smaller.
  static func intersection(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    if left.count > right.count { return intersection(right, left) }
    if left.count * 16 < right.count {
      return left.filter { contains(right, $0) }
    }
    var result: [UInt32] = []
    result.reserveCapacity(left.count)
    var rightIndex = 0
    for slot in left {
      while rightIndex < right.count, right[rightIndex] < slot { rightIndex += 1 }
      if rightIndex == right.count { break }
      if right[rightIndex] == slot { result.append(slot) }
    }
    return result
  }

  /// The slots that are in the left list but not in the right one.
  static func subtracting(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    if right.isEmpty { return left }
    var result: [UInt32] = []
    result.reserveCapacity(left.count)
    var rightIndex = 0
    for slot in left {
      while rightIndex < right.count, right[rightIndex] < slot { rightIndex += 1 }
      if rightIndex == right.count || right[rightIndex] != slot { result.append(slot) }
    }
    return result
  }

  /// The slots of all lists, which must be disjoint.
  static func union(_ lists: [[UInt32]]) -> [UInt32] {
    if lists.count == 1 { return lists[0] }
    var result: [UInt32] = []
    result.reserveCapacity(lists.reduce(0) { $0 + $1.count })
    for list in lists { result.append(contentsOf: list) }
    result.sort()
    return result
  }

  /// Whether a slot is in the list.
  static func contains(_ list: [UInt32], _ slot: UInt32) -> Bool {
    let place = insertionPoint(list, slot)
    return place < list.count && list[place] == slot
  }

  /// Adds a slot that is not in the list.
  ///
  /// - Complexity: O(1) amortised at the end, where new slots usually go.
  static func insert(_ slot: UInt32, into list: inout [UInt32]) {
    if let last = list.last, last > slot {
      list.insert(slot, at: insertionPoint(list, slot))
    } else {
      list.append(slot)
    }
  }

  private static func insertionPoint(_ list: [UInt32], _ slot: UInt32) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < slot { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
