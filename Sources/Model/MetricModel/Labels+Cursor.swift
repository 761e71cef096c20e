extension Labels {
  /// Walks the packed buffer: each call of `next()` gives the range of the next text, names and values in turn.
  struct Cursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Range<Int>? {
      guard position < bytes.count else { return nil }
      var length = Int(bytes[position])
      position += 1
      if length == 255 {
        length = 0
        for place in 0..<4 { length |= Int(bytes[position + place]) << (8 * place) }
        position += 4
      }
      defer { position += length }
      return position..<(position + length)
    }

    /// The next label: where its name stands, where its value, and where both with their lengths.
    mutating func nextEntry() -> (name: Range<Int>, value: Range<Int>, whole: Range<Int>)? {
      let start = position
      guard let name = next(), let value = next() else { return nil }
      return (name, value, start..<value.upperBound)
    }
  }

  /// Calls `body` with the bytes of every name and value, in order, without making strings.
  @inlinable
  public func forEachPair(_ body: (_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Void) {
    forEachRange { body(packed[$0], packed[$1]) }
  }

  @usableFromInline
  func forEachRange(_ body: (Range<Int>, Range<Int>) -> Void) {
    var cursor = Cursor(packed)
    while let name = cursor.next(), let value = cursor.next() { body(name, value) }
  }
}

extension Labels: Sequence {
  /// Gives the labels in the order of their names.
  public struct Iterator: IteratorProtocol {
    private let packed: [UInt8]
    private var cursor: Cursor

    init(_ packed: [UInt8]) {
      self.packed = packed
      cursor = Cursor(packed)
    }

    public mutating func next() -> Label? {
      guard let name = cursor.next(), let value = cursor.next() else { return nil }
      return Label(
        name: String(decoding: packed[name], as: UTF8.self),
        value: String(decoding: packed[value], as: UTF8.self))
    }
  }

  public func makeIterator() -> Iterator { Iterator(packed) }

  /// The number of labels.
  public var count: Int {
    var cursor = Cursor(packed)
    var count = 0
    while cursor.next() != nil, cursor.next() != nil { count += 1 }
    return count
  }
}
