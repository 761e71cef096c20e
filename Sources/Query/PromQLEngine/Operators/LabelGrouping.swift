import MetricModel

/// Puts label sets into groups by some of their labels, comparing packed bytes without making
/// strings.
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
  private let keeps: Bool
  private let names: [[UInt8]]
  private var known: [GroupKey: Int] = [:]
  private var key = GroupKey()

  init(_ rule: Rule) {
    self.rule = rule
    switch rule {
    case .keeping(let names):
      keeps = true
      self.names = names.map { Array($0.utf8) }
    case .removing(let names):
      keeps = false
      self.names = names.map { Array($0.utf8) }
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
    var key = GroupKey()
    swap(&key, &self.key)
    key.removeAll()
    labels.forEachPair { name, value in
      let isNamed = names.contains { $0.count == name.count && $0.elementsEqual(name) }
      guard isNamed == keeps else { return }
      key.append(name)
      key.append(value)
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

/// The bytes that tell groups apart, with their hash: the standard library would hash them one call
/// per byte.
private struct GroupKey: Hashable {
  private var bytes: [UInt8] = []
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    hash = 0xcbf2_9ce4_8422_2325
  }

  /// Adds a text; the byte after it occurs in no UTF-8.
  mutating func append(_ text: ArraySlice<UInt8>) {
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ 0xff) &* 0x100_0000_01b3
    bytes.append(contentsOf: text)
    bytes.append(0xff)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
