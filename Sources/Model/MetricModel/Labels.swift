/// A label set: the identity of a series, sorted by name, without empty values.
///
/// One packed buffer contains all names and values, and its hash is computed once, so that label
/// sets are cheap to hash, compare and store. The layout of the buffer is, per label: length of the
/// name, name, length of the value, value. A length is one byte below 255, otherwise 255 followed
/// by four bytes, little-endian.
public struct Labels: Sendable {
  /// The packed labels, sorted by name.
  public let packed: [UInt8]
  /// A hash of the packed labels for hash tables; it may differ between versions of the program.
  public let digest: UInt64

  /// The empty label set.
  public static let empty = Labels(sorted: [])

  /// Creates a label set; empty values are omitted, and the last value of a repeated name is used.
  public init(_ labels: some Sequence<Label>) {
    var sorted = Array(labels)
    Self.sort(&sorted)
    self.init(sorted: sorted)
  }

  /// Creates a label set from pairs of name and value.
  public init(_ pairs: [(String, String)]) {
    self.init(pairs.map { Label(name: $0.0, value: $0.1) })
  }

  /// Creates a label set from a metric name and pairs of name and value.
  public init(name: String, _ pairs: [(String, String)] = []) {
    self.init([(Label.metricName, name)] + pairs)
  }

  /// Creates a label set from a dictionary.
  public init(_ dictionary: [String: String]) {
    self.init(dictionary.map { Label(name: $0.key, value: $0.value) })
  }

  /// Creates a label set from a buffer that is known to be packed correctly; `init(validating:)`
  /// checks it.
  public init(packing bytes: [UInt8]) {
    packed = bytes
    digest = Self.digest(of: bytes.span)
  }

  /// Packs labels that are sorted and unique.
  init(sorted: [Label]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sorted.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 })
    for label in sorted where !label.value.isEmpty {
      Self.append(label.name, label.value, to: &bytes)
    }
    self.init(packing: bytes)
  }

  /// The 64-bit FNV-1a hash over `name 0xff value 0xff` of all labels, which Alertmanager prints as
  /// an alert's fingerprint (I3).
  ///
  /// - Complexity: O(bytes) for each call.
  public var fingerprint: UInt64 {
    var hash = Fingerprint()
    let bytes = packed.span
    var cursor = Cursor(packed)
    while let text = cursor.next() {
      for place in text { hash.combine(bytes[place]) }
      hash.combine(0xff as UInt8)
    }
    return hash.value
  }

  /// Whether there are no labels.
  public var isEmpty: Bool { packed.isEmpty }

  /// The value of a label; nil if it is missing.
  ///
  /// - Complexity: O(number of labels); only the value is allocated.
  public subscript(name: String) -> String? {
    var cursor = Cursor(packed)
    while let entry = cursor.nextEntry() {
      if Self.order(packed.span, entry.name, name) == .same {
        return String(decoding: packed[entry.value], as: UTF8.self)
      }
    }
    return nil
  }

  /// The metric name, the value of `__name__`.
  public var metricName: String? { self[Label.metricName] }

  private static func sort(_ labels: inout [Label]) {
    let isSorted = zip(labels, labels.dropFirst()).allSatisfy {
      Self.isBefore($0.name, $1.name)
    }
    if isSorted { return }
    // Among equal names, the last one of the input is at the end of its run.
    let ordered = labels.enumerated().sorted { left, right in
      left.element.name.isExactly(right.element.name)
        ? left.offset < right.offset : Self.isBefore(left.element.name, right.element.name)
    }
    labels = []
    for (_, label) in ordered {
      if let last = labels.last, last.name.isExactly(label.name) { labels.removeLast() }
      labels.append(label)
    }
  }

  static func isBefore(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

extension Labels: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }
}

extension Labels: Hashable {
  public static func == (left: Labels, right: Labels) -> Bool {
    left.digest == right.digest && left.packed == right.packed
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
