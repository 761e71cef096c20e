import MetricModel

/// Puts label sets into groups by some of their labels, comparing packed bytes without making strings.
struct LabelGrouping {
  /// Which labels make the group.
  enum Rule {
    /// These only.
    case keeping([String])
    /// All but these.
    case removing([String])
  }

  /// The labels of each group, in the order in which the groups were met.
  private(set) var groups: [Labels] = []
  private let rule: Rule
  private let names: Set<ArraySlice<UInt8>>
  private var known: [[UInt8]: Int] = [:]
  private var key: [UInt8] = []

  init(_ rule: Rule) {
    self.rule = rule
    switch rule {
    case .keeping(let names), .removing(let names):
      self.names = Set(names.map { Array($0.utf8)[...] })
    }
  }

  /// The number of the group that the labels belong to; a new one if they are the first.
  mutating func group(of labels: Labels) -> Int {
    fillKey(from: labels)
    if let index = known[key] { return index }
    let index = groups.count
    known[key] = index
    groups.append(reduced(labels))
    return index
  }

  /// The number of the group that the labels belong to, if it was met before.
  mutating func existingGroup(of labels: Labels) -> Int? {
    fillKey(from: labels)
    return known[key]
  }

  private mutating func fillKey(from labels: Labels) {
    key.removeAll(keepingCapacity: true)
    let wanted =
      switch rule {
      case .keeping: true
      case .removing: false
      }
    var key: [UInt8] = []
    swap(&key, &self.key)
    labels.forEachPair { name, value in
      guard names.contains(name) == wanted else { return }
      key.append(contentsOf: name)
      key.append(0xff)
      key.append(contentsOf: value)
      key.append(0xff)
    }
    swap(&key, &self.key)
  }

  private func reduced(_ labels: Labels) -> Labels {
    switch rule {
    case .keeping(let names): labels.keeping(names)
    case .removing(let names): labels.removing(names)
    }
  }
}
