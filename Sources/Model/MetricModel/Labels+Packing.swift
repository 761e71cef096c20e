extension Labels {
  /// Creates a label set from a stored packed buffer; returns nil unless the bytes are in canonical
  /// form: UTF-8, sorted by name, each name once, no empty value.
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

  /// Hashes the bytes in steps of eight, about a quarter of a nanosecond each.
  static func digest(of bytes: Span<UInt8>) -> UInt64 {
    var digest = UInt64(truncatingIfNeeded: bytes.count) ^ 0x9e37_79b9_7f4a_7c15
    var place = 0
    while place + 8 <= bytes.count {
      digest = mix(digest, word(bytes.extracting(place..<(place + 8))))
      place += 8
    }
    if place == bytes.count { return digest }
    var rest: UInt64 = 0
    while place < bytes.count {
      rest = rest << 8 | UInt64(bytes[place])
      place += 1
    }
    return mix(digest, rest)
  }

  @inline(always)
  private static func mix(_ digest: UInt64, _ word: UInt64) -> UInt64 {
    let product = (digest ^ word).multipliedFullWidth(by: 0xff51_afd7_ed55_8ccd)
    return product.high ^ product.low
  }

  /// Eight bytes as a number; compiles to one load.
  @inline(always)
  private static func word(_ bytes: Span<UInt8>) -> UInt64 {
    let low =
      UInt64(bytes[0]) | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) << 16 | UInt64(bytes[3]) << 24
    let high =
      UInt64(bytes[4]) | UInt64(bytes[5]) << 8 | UInt64(bytes[6]) << 16 | UInt64(bytes[7]) << 24
    return low | high << 32
  }

  /// Appends a label.
  static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
    append(name, to: &bytes)
    append(value, to: &bytes)
  }

  /// Appends a text preceded by its length.
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

  /// The size of a text of `count` bytes in a packed buffer, in bytes.
  public static func packedSize(_ count: Int) -> Int { count < 255 ? count + 1 : count + 5 }

  /// Writes a text and its length to a buffer and advances the position.
  public static func pack(
    _ text: Span<UInt8>, into buffer: inout MutableSpan<UInt8>, at place: inout Int
  ) {
    let count = text.count
    if count < 255 {
      buffer[place] = UInt8(count)
      place += 1
    } else {
      buffer[place] = 255
      for index in 0..<4 {
        buffer[place + 1 + index] = UInt8(truncatingIfNeeded: count >> (8 * index))
      }
      place += 5
    }
    for index in text.indices { buffer[place + index] = text[index] }
    place += count
  }

  /// The range of the text at a position, which is advanced; nil if the text is truncated, not
  /// UTF-8, or its length not in the shortest form.
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

  /// The result of comparing two texts by bytes.
  public enum TextOrder { case before, same, after }

  /// Compares two texts by bytes.
  public static func order(_ left: Span<UInt8>, _ right: Span<UInt8>) -> TextOrder {
    order(left, 0..<left.count, right, 0..<right.count)
  }

  /// Compares a text of a packed buffer with a string.
  static func order(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: String) -> TextOrder {
    let other = text.utf8Span.span
    return order(bytes, range, other, 0..<other.count)
  }

  /// Compares texts of two packed buffers.
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
