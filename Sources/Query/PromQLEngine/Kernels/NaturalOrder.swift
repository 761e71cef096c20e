/// The order of texts in which numbers count as numbers: `cpu2` before `cpu10`.
enum NaturalOrder {
  /// Whether a text comes before another.
  static func isBefore(_ left: String, _ right: String) -> Bool {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if isDigit(a[i]), isDigit(b[j]) {
        let (first, second) = (number(a, &i), number(b, &j))
        if first.count != second.count { return first.count < second.count }
        if first != second { return first.lexicographicallyPrecedes(second) }
      } else {
        if a[i] != b[j] { return a[i] < b[j] }
        i += 1
        j += 1
      }
    }
    return a.count - i < b.count - j
  }

  /// The digits from a position on without leading zeros; advances the position past them.
  private static func number(_ text: [UInt8], _ place: inout Int) -> ArraySlice<UInt8> {
    let digits = text[place...].prefix(while: isDigit)
    place = digits.endIndex
    return digits.drop { $0 == UInt8(ascii: "0") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
