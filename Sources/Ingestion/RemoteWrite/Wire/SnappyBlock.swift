import MetricModel

/// The block format of Snappy, in which remote-write requests travel.
///
/// Any input is safe: a length that the input cannot amount to, a copy from before the beginning or an end in the middle of an
/// element is an error, found before memory is taken for it.
package enum SnappyBlock {
  /// Why bytes are no Snappy block.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// The block would be longer than what is taken.
    case tooLong(bytes: Int, limit: Int)
    /// The bytes are no block.
    case corrupt(String)

    package var description: String {
      switch self {
      case .tooLong(let bytes, let limit):
        "snappy: the block of \(bytes) bytes is over the limit of \(limit)"
      case .corrupt(let what): "snappy: corrupt input: \(what)"
      }
    }
  }

  /// An element of three bytes stands for at most 64: no honest block grows by more.
  private static let mostGrowth = 22

  /// Decompresses a block of at most `limit` bytes.
  ///
  /// - Complexity: O(length of the result).
  package static func decompress(
    _ input: Span<UInt8>, limit: Int
  ) throws(Failure) -> [UInt8] {
    var position = 0
    let length = try declaredLength(input, &position)
    guard length <= limit else { throw .tooLong(bytes: length, limit: limit) }
    guard length <= input.count * mostGrowth else { throw .corrupt("impossible length") }
    var output: [UInt8] = []
    output.reserveCapacity(length)
    while position < input.count {
      let tag = input[position]
      position += 1
      if tag & 3 == 0 {
        let count = try literalLength(tag, input, &position)
        guard count <= input.count - position else { throw .corrupt("literal beyond the end") }
        guard count <= length - output.count else { throw .corrupt("more than announced") }
        for place in position..<position + count { output.append(input[place]) }
        position += count
      } else {
        let (offset, count) = try copy(tag, input, &position)
        guard offset > 0, offset <= output.count else { throw .corrupt("copy from nowhere") }
        guard count <= length - output.count else { throw .corrupt("more than announced") }
        for _ in 0..<count { output.append(output[output.count - offset]) }
      }
    }
    guard output.count == length else { throw .corrupt("less than announced") }
    return output
  }

  private static func declaredLength(
    _ input: Span<UInt8>, _ position: inout Int
  ) throws(Failure) -> Int {
    guard let length = Varint.read(input, at: &position), length <= UInt64(UInt32.max) else {
      throw .corrupt("no length")
    }
    return Int(length)
  }

  private static func literalLength(
    _ tag: UInt8, _ input: Span<UInt8>, _ position: inout Int
  ) throws(Failure) -> Int {
    let short = Int(tag >> 2)
    guard short >= 60 else { return short + 1 }
    return try number(bytes: short - 59, input, &position) + 1
  }

  private static func copy(
    _ tag: UInt8, _ input: Span<UInt8>, _ position: inout Int
  ) throws(Failure) -> (offset: Int, count: Int) {
    switch tag & 3 {
    case 1:
      let low = try number(bytes: 1, input, &position)
      return (Int(tag >> 5) << 8 | low, Int(tag >> 2 & 7) + 4)
    case 2: return (try number(bytes: 2, input, &position), Int(tag >> 2) + 1)
    default: return (try number(bytes: 4, input, &position), Int(tag >> 2) + 1)
    }
  }

  private static func number(
    bytes: Int, _ input: Span<UInt8>, _ position: inout Int
  ) throws(Failure) -> Int {
    guard bytes <= input.count - position else { throw .corrupt("an element is cut off") }
    var value = 0
    for index in 0..<bytes { value |= Int(input[position + index]) << (8 * index) }
    position += bytes
    return value
  }
}
