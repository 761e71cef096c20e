import MetricModel

/// The series that selectors matched, remembered until series come or go.
struct SelectionCache: Sendable {
  /// How many selectors are remembered; rule files of thousands of rules share fewer.
  static let capacity = 1024

  /// How many slots are remembered for all of them together: 16 MB.
  static let slotCapacity = 4 << 20

  private var found: [[LabelMatcher]: [UInt32]] = [:]
  private var slotCount = 0

  /// The slots that were found, in the order of their labels.
  subscript(matchers: [LabelMatcher]) -> [UInt32]? { found[matchers] }

  /// Remembers what a selector matched; beyond the capacities all others are forgotten.
  mutating func remember(_ slots: [UInt32], for matchers: [LabelMatcher]) {
    let count = slots.count
    if found.count >= Self.capacity || slotCount + count > Self.slotCapacity { removeAll() }
    if count > Self.slotCapacity { return }
    slotCount += count - (found.updateValue(slots, forKey: matchers)?.count ?? 0)
  }

  /// Forgets everything.
  mutating func removeAll() {
    if !found.isEmpty { found.removeAll(keepingCapacity: true) }
    slotCount = 0
  }
}
