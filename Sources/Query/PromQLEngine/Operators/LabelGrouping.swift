import MetricModel

/// Groups label sets by some of their labels, comparing packed bytes without creating strings.
struct LabelGrouping {
  /// Which labels form the group.
  enum Rule {
    /// These only.
    case retaining([String])
    /// All but these.
    case removing([String])
  }

  /// The labels of each group, in the order in which the groups were found.
  private(set) var groups: [Labels] = []
  private let rule: Rule
  private let retains: Bool
  private let names: [[UInt8]]
  private var known: [GroupKey: Int] = [:]
  private var key = GroupKey()

  init(_ rule: Rule) {
    self.rule = rule
    switch rule {
    case .retaining(let names):
      retains = true
      self.names = names.map { Array($0.utf8) }
    case .removing(let names):
      retains = false
      self.names = names.map { Array($0.utf8) }
    }
  }

  /// The index of the group that the labels belong to; a new one if they are the first.
  mutating func group(of labels: Labels) -> Int {
    fillKey(from: labels)
    if let index = known[key] { return index }
    let index = groups.count
    known[key] = index
    groups.append(reduced(labels))
    return index
  }

  /// The index of the group that the labels belong to, if it exists.
  mutating func existingGroup(of labels: Labels) -> Int? {
    fillKey(from: labels)
    return known[key]
  }

  private mutating func fillKey(from labels: Labels) {
    // Moved out and back, so that it is changed in place.
    var key = GroupKey()
    swap(&key, &self.key)
    key.removeAll()
    // Without names to group by there is one group, whatever the labels are.
    if !retains || !names.isEmpty {
      let packed = labels.packed.span
      var position = 0
      while position < packed.count {
        let name = Self.text(at: &position, packed)
        let value = Self.text(at: &position, packed)
        guard isNamed(name, packed) == retains else { continue }
        key.append(name, packed)
        key.append(value, packed)
      }
    }
    swap(&key, &self.key)
  }

  @inline(__always)
  private func isNamed(_ name: Range<Int>, _ packed: Span<UInt8>) -> Bool {
    for wanted in names where wanted.count == name.count {
      var offset = 0
      while offset < wanted.count, wanted[offset] == packed[name.lowerBound &+ offset] {
        offset &+= 1
      }
      if offset == wanted.count { return true }
    }
    return false
  }

  /// The range of the text at a position of packed labels; advances the position past it.
  @inline(__always)
  private static func text(at position: inout Int, _ packed: Span<UInt8>) -> Range<Int> {
    var length = Int(packed[position])
    position &+= 1
    if length == 255 {
      length = 0
      for place in 0..<4 { length |= Int(packed[position &+ place]) << (8 * place) }
      position &+= 4
    }
    let start = position
    position &+= length
    return start..<position
  }

  private func reduced(_ labels: Labels) -> Labels {
    switch rule {
    case .retaining(let names): labels.retaining(names)
    case .removing(let names): labels.removing(names)
    }
  }
}

/// The bytes that identify a group, with their hash: the standard library would hash them with one
/// call per byte.
private struct GroupKey: Hashable {
  private var bytes: [UInt8] = []
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    hash = 0xcbf2_9ce4_8422_2325
  }

  /// Appends a text; the byte after it cannot occur in UTF-8.
  @inline(__always)
  mutating func append(_ text: Range<Int>, _ packed: Span<UInt8>) {
    for place in text {
      let byte = packed[place]
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      bytes.append(byte)
    }
    hash = (hash ^ 0xff) &* 0x100_0000_01b3
    bytes.append(0xff)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
