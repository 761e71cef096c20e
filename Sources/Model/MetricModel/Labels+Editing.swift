extension Labels {
  /// The labels with one set to a value; an empty value removes it.
  public func setting(_ name: String, _ value: String) -> Labels {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(packed.count + name.utf8.count + value.utf8.count + 10)
    var isPlaced = value.isEmpty
    var cursor = Cursor(packed)
    while let entry = cursor.nextEntry() {
      switch Self.order(packed.span, entry.name, name) {
      case .before: break
      case .same: continue
      case .after:
        if !isPlaced { Self.append(name, value, to: &bytes) }
        isPlaced = true
      }
      bytes.append(contentsOf: packed[entry.whole])
    }
    if !isPlaced { Self.append(name, value, to: &bytes) }
    return Labels(packing: bytes)
  }

  /// These labels, overridden by `others` where both have a name.
  public func merging(_ others: Labels) -> Labels {
    if others.isEmpty { return self }
    if isEmpty { return others }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(packed.count + others.packed.count)
    var own = Cursor(packed)
    var other = Cursor(others.packed)
    var ownEntry = own.nextEntry()
    var otherEntry = other.nextEntry()
    while let left = ownEntry, let right = otherEntry {
      switch Self.order(packed.span, left.name, others.packed.span, right.name) {
      case .before:
        bytes.append(contentsOf: packed[left.whole])
        ownEntry = own.nextEntry()
      case .same: ownEntry = own.nextEntry()
      case .after:
        bytes.append(contentsOf: others.packed[right.whole])
        otherEntry = other.nextEntry()
      }
    }
    if let left = ownEntry { bytes.append(contentsOf: packed[left.whole.lowerBound...]) }
    if let right = otherEntry { bytes.append(contentsOf: others.packed[right.whole.lowerBound...]) }
    return Labels(packing: bytes)
  }

  /// The labels whose names are not in the list.
  public func removing(_ names: some Collection<String>) -> Labels {
    filtered { name in !names.contains { Self.order(packed.span, name, $0) == .same } }
  }

  /// The labels whose names are in the list.
  public func retaining(_ names: some Collection<String>) -> Labels {
    filtered { name in names.contains { Self.order(packed.span, name, $0) == .same } }
  }

  /// The labels for which `isWanted`, called with the range of the name in the packed buffer,
  /// returns true.
  private func filtered(_ isWanted: (Range<Int>) -> Bool) -> Labels {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(packed.count)
    var cursor = Cursor(packed)
    while let entry = cursor.nextEntry() {
      if isWanted(entry.name) { bytes.append(contentsOf: packed[entry.whole]) }
    }
    return bytes.count == packed.count ? self : Labels(packing: bytes)
  }

  /// The labels without the metric name.
  public var withoutMetricName: Labels {
    self[Label.metricName] == nil ? self : removing(CollectionOfOne(Label.metricName))
  }

  /// The labels as a dictionary, for templates and JSON.
  public var dictionary: [String: String] {
    Dictionary(map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }
}
