extension Labels {
  /// Iterates over the packed buffer: `next()` returns the ranges of names and values alternately.
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

    /// The ranges of the next label's name, of its value, and of both with their lengths.
    mutating func nextEntry() -> (name: Range<Int>, value: Range<Int>, whole: Range<Int>)? {
      let start = position
      guard let name = next(), let value = next() else { return nil }
      return (name, value, start..<value.upperBound)
    }
  }
}

extension Labels: Sequence {
  /// Iterates over the labels in the order of their names.
  public struct Iterator: IteratorProtocol {
    private let packed: [UInt8]
    private var cursor: Cursor

    init(_ packed: [UInt8]) {
      self.packed = packed
      cursor = Cursor(packed)
    }

    /// The next label; nil at the end.
    public mutating func next() -> Label? {
      guard let name = cursor.next(), let value = cursor.next() else { return nil }
      return Label(
        name: String(decoding: packed[name], as: UTF8.self),
        value: String(decoding: packed[value], as: UTF8.self))
    }
  }

  /// An iterator at the first label.
  public func makeIterator() -> Iterator { Iterator(packed) }

  /// The number of labels.
  public var count: Int {
    var cursor = Cursor(packed)
    var count = 0
    while cursor.next() != nil, cursor.next() != nil { count += 1 }
    return count
  }
}
