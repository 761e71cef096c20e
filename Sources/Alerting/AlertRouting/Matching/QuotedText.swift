/// Texts in double quotes, with Go's escapes.
enum QuotedText {
  /// The text between the quotes with its escapes resolved; nil for an escape that Go does not
  /// know.
  static func unescape(_ scalars: ArraySlice<Unicode.Scalar>) -> String? {
    var bytes: [UInt8] = []
    var position = scalars.startIndex
    while position < scalars.endIndex {
      let scalar = scalars[position]
      position += 1
      guard scalar == "\\" else {
        guard scalar != "\n" else { return nil }
        bytes.append(contentsOf: String(scalar).utf8)
        continue
      }
      guard position < scalars.endIndex else { return nil }
      let escape = scalars[position]
      position += 1
      if let simple = simpleEscapes[escape] {
        bytes.append(simple)
        continue
      }
      guard let form = numericEscapes[escape] else { return nil }
      // An octal escape has its first digit where the others have their letter.
      let start = form.radix == 8 ? position - 1 : position
      guard start + form.digits <= scalars.endIndex else { return nil }
      let digits = String(String.UnicodeScalarView(scalars[start..<(start + form.digits)]))
      guard digits.first != "+", digits.first != "-", let value = UInt32(digits, radix: form.radix)
      else { return nil }
      position = start + form.digits
      if form.isByte {
        guard value < 256 else { return nil }
        bytes.append(UInt8(value))
      } else {
        guard let character = Unicode.Scalar(value) else { return nil }
        bytes.append(contentsOf: String(character).utf8)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static let simpleEscapes: [Unicode.Scalar: UInt8] = [
    "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "\"": 34,
  ]

  private struct NumericEscape {
    let digits: Int
    let radix: Int
    let isByte: Bool
  }

  private static let numericEscapes: [Unicode.Scalar: NumericEscape] = {
    let octal = NumericEscape(digits: 3, radix: 8, isByte: true)
    var table: [Unicode.Scalar: NumericEscape] = [
      "x": NumericEscape(digits: 2, radix: 16, isByte: true),
      "u": NumericEscape(digits: 4, radix: 16, isByte: false),
      "U": NumericEscape(digits: 8, radix: 16, isByte: false),
    ]
    for digit in "01234567".unicodeScalars { table[digit] = octal }
    return table
  }()
}
