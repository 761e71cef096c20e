import MetricModel

extension SnappyBlock {
  /// Positions of four bytes that were seen, by hash.
  private static let tableBits = 13
  /// How far back a copy may reach, by the two bytes of its offset.
  private static let farthest = 65_535

  /// Compresses bytes into a block that any Snappy reads.
  ///
  /// - Complexity: O(bytes).
  package static func compress(_ input: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(input.count / 2 + 16)
    Varint.append(UInt64(input.count), to: &output)
    var table = [Int32](repeating: -1, count: 1 << tableBits)
    var literal = 0
    var position = 0
    while position + 4 <= input.count {
      let word = fourBytes(input, position)
      let slot = Int((word &* 0x1e35_a7bd) >> UInt32(32 - tableBits))
      let candidate = Int(table[slot])
      table[slot] = Int32(truncatingIfNeeded: position)
      guard candidate >= 0, position - candidate <= farthest, fourBytes(input, candidate) == word
      else {
        position += 1
        continue
      }
      var count = 4
      while position + count < input.count, input[candidate + count] == input[position + count] {
        count += 1
      }
      appendLiteral(input[literal..<position], to: &output)
      appendCopies(offset: position - candidate, count: count, to: &output)
      position += count
      literal = position
    }
    appendLiteral(input[literal...], to: &output)
    return output
  }

  private static func fourBytes(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
      | UInt32(bytes[place + 3]) << 24
  }

  private static func appendLiteral(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let rest = bytes.count - 1
    if rest < 60 {
      output.append(UInt8(rest) << 2)
    } else {
      var digits: [UInt8] = []
      var value = rest
      while value > 0 {
        digits.append(UInt8(truncatingIfNeeded: value))
        value >>= 8
      }
      output.append(UInt8(59 + digits.count) << 2)
      output += digits
    }
    output += bytes
  }

  private static func appendCopies(offset: Int, count: Int, to output: inout [UInt8]) {
    var left = count
    while left > 0 {
      let piece = min(64, left)
      output.append(UInt8(piece - 1) << 2 | 2)
      output.append(UInt8(truncatingIfNeeded: offset))
      output.append(UInt8(truncatingIfNeeded: offset >> 8))
      left -= piece
    }
  }
}
