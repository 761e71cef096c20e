extension Labels {
  /// Takes a packed buffer as it was kept somewhere; nil if the bytes are no label set in its one form: sorted by name, each name
  /// once, no empty value, all of it UTF-8.
  public init?(validating packed: [UInt8]) {
    var position = 0
    var last: Range<Int>?
    while position < packed.count {
      guard let name = Self.text(packed.span, at: &position),
        let value = Self.text(packed.span, at: &position), !value.isEmpty
      else { return nil }
      if let last, Self.order(packed.span, last, packed.span, name) != .before { return nil }
      last = name
    }
    self.init(packing: packed)
  }

  /// Takes a buffer that is packed as it must be.
  init(packing bytes: [UInt8]) {
    var hash = Fingerprint()
    var cursor = Cursor(bytes)
    let span = bytes.span
    while let text = cursor.next() {
      for place in text { hash.combine(span[place]) }
      hash.combine(0xff as UInt8)
    }
    self.init(packed: bytes, fingerprint: hash.value)
  }

  /// Appends a label.
  static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
    append(name, to: &bytes)
    append(value, to: &bytes)
  }

  /// Appends a text with its length.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    let count = text.utf8.count
    if count < 255 {
      bytes.append(UInt8(count))
    } else {
      bytes.append(255)
      let length = UInt32(count)
      for shift in [0, 8, 16, 24] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: length >> shift))
      }
    }
    bytes.append(contentsOf: text.utf8)
  }

  /// The place of the text at a position, which moves behind it; nil if it is cut off, no UTF-8 or not in its shortest form.
  private static func text(_ bytes: Span<UInt8>, at position: inout Int) -> Range<Int>? {
    guard position < bytes.count else { return nil }
    var length = Int(bytes[position])
    position += 1
    if length == 255 {
      guard position + 4 <= bytes.count else { return nil }
      length = 0
      for place in 0..<4 { length |= Int(bytes[position + place]) << (8 * place) }
      position += 4
      guard length >= 255 else { return nil }
    }
    guard length <= bytes.count - position else { return nil }
    let text = position..<(position + length)
    guard (try? UTF8Span(validating: bytes.extracting(text))) != nil else { return nil }
    position = text.upperBound
    return text
  }

  /// How a text stands to another in the order of bytes.
  enum TextOrder { case before, same, after }

  /// How a text of a packed buffer stands to a string.
  static func order(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: String) -> TextOrder {
    let other = text.utf8Span.span
    return order(bytes, range, other, 0..<other.count)
  }

  /// How a text of a packed buffer stands to one of another.
  static func order(
    _ left: Span<UInt8>, _ leftRange: Range<Int>, _ right: Span<UInt8>, _ rightRange: Range<Int>
  ) -> TextOrder {
    for place in 0..<Swift.min(leftRange.count, rightRange.count) {
      let leftByte = left[leftRange.lowerBound + place]
      let rightByte = right[rightRange.lowerBound + place]
      if leftByte != rightByte { return leftByte < rightByte ? .before : .after }
    }
    if leftRange.count == rightRange.count { return .same }
    return leftRange.count < rightRange.count ? .before : .after
  }
}
