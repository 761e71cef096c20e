import Codecs
import MetricModel

/// Iterates over the fields of one protobuf message in a span. Nested messages are byte ranges, to
/// be read by another reader.
///
/// Any input is safe: lengths beyond the end, overlong varints and unknown wire types are errors.
struct ProtobufReader: ~Escapable {
  /// A field and its number.
  struct Field {
    let number: Int
    let value: Value
  }

  /// The value of a field, by its wire type.
  enum Value: Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// A string, bytes, a message or packed numbers, as a range of the span.
    case bytes(Range<Int>)
  }

  private let bytes: Span<UInt8>
  private var position: Int
  private let end: Int

  /// Creates a reader positioned before the first field.
  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, in range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  /// Returns the next field; nil at the end of the message.
  mutating func next() throws(WriteRequestError) -> Field? {
    guard position < end else { return nil }
    let key = try varint()
    guard let number = Int(exactly: key >> 3), number > 0, number < 1 << 29 else {
      throw .malformed("a field without a number")
    }
    switch key & 7 {
    case 0: return Field(number: number, value: .varint(try varint()))
    case 1: return Field(number: number, value: .fixed64(try fixed(8)))
    case 2:
      let count = try varint()
      guard count <= UInt64(end - position) else { throw .malformed("a field beyond the end") }
      let start = position
      position += Int(count)
      return Field(number: number, value: .bytes(start..<position))
    case 5: return Field(number: number, value: .fixed32(UInt32(try fixed(4))))
    default: throw .malformed("a field of unknown kind")
    }
  }

  /// Returns the next number of a packed list; nil at its end.
  mutating func nextPacked() throws(WriteRequestError) -> UInt64? {
    position < end ? try varint() : nil
  }

  private mutating func varint() throws(WriteRequestError) -> UInt64 {
    guard let value = Varint.read(bytes.extracting(..<end), at: &position) else {
      throw .malformed("a number without an end")
    }
    return value
  }

  private mutating func fixed(_ count: Int) throws(WriteRequestError) -> UInt64 {
    guard count <= end - position else { throw .malformed("a number beyond the end") }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << (8 * UInt64(index)) }
    position += count
    return value
  }
}
