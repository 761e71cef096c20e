import MetricModel

/// The series that selectors matched, remembered until series come or go.
struct SelectionCache: Sendable {
  /// How many selectors are remembered; rule files of thousands of rules share fewer.
  static let capacity = 1024

  private var found: [[LabelMatcher]: [UInt32]] = [:]

  /// The slots that were found, in the order of their labels; setting beyond the capacity forgets all others.
  subscript(matchers: [LabelMatcher]) -> [UInt32]? {
    get { found[matchers] }
    set {
      if found.count >= Self.capacity { found.removeAll(keepingCapacity: true) }
      found[matchers] = newValue
    }
  }

  /// Forgets everything.
  mutating func removeAll() {
    if !found.isEmpty { found.removeAll(keepingCapacity: true) }
  }
}
