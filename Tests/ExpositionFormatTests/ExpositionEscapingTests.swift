import ExpositionFormat
import Testing

@Test(arguments: [
  ("plain", "plain"), ("", ""), (#"C:\dir"#, #"C:\\dir"#), (#"say "no""#, #"say \"no\""#),
  ("two\nlines", #"two\nlines"#), ("tab\tstays", "tab\tstays"), ("größe", "größe"),
])
func labelValuesEscapeBackslashQuoteAndNewline(value: String, escaped: String) {
  var bytes: [UInt8] = []
  ExpositionEscaping.appendLabelValue(value, to: &bytes)
  #expect(String(decoding: bytes, as: UTF8.self) == escaped)
}

@Test func helpEscapesBackslashAndNewlineOnly() {
  var bytes: [UInt8] = []
  ExpositionEscaping.appendHelp("a\\b \"c\"\nd", to: &bytes)
  #expect(String(decoding: bytes, as: UTF8.self) == #"a\\b "c"\nd"#)
}

/// Unescapes a label value by the rules of the format, for the property below.
private func unescaped(_ bytes: [UInt8]) -> [UInt8]? {
  var result: [UInt8] = []
  var rest = bytes[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\") else {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n") { return nil }
      result.append(byte)
      continue
    }
    switch rest.popFirst() {
    case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
    case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "\""): result.append(UInt8(ascii: "\""))
    default: return nil
    }
  }
  return result
}

@Test(arguments: 0..<200)
func everyEscapedValueReadsBackAsItself(seed: UInt64) {
  // A small linear congruential generator makes the case repeatable; most of the alphabet needs
  // escapes.
  var state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493
  let alphabet = Array("\\\"\n n{}=,a\u{FFFD}é".utf8)
  let value = (0..<Int(seed % 40)).map { _ -> UInt8 in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return alphabet[Int(state >> 33) % alphabet.count]
  }
  var escaped: [UInt8] = []
  ExpositionEscaping.appendLabelValue(value.span, to: &escaped)
  #expect(unescaped(escaped) == value)
}
