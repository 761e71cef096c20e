import SystemAccess
import Testing

@Test func aScannerWalksLinesAndFields() throws {
  let bytes = Array("cpu  12 34\n\n last 5.25".utf8)
  var lines = ByteScanner(bytes.span, file: "stat")
  guard var first = lines.nextLine(), var second = lines.nextLine(), var third = lines.nextLine()
  else {
    Issue.record("three lines expected")
    return
  }
  #expect(first.nextField()?.text == "cpu")
  #expect(try first.unsigned("user") == 12)
  #expect(try first.unsigned("nice") == 34)
  #expect(throws: FormatError(file: "stat", line: 1, "system is missing")) {
    var line = ByteScanner("".utf8.span, file: "stat", line: 1)
    _ = try line.unsigned("system")
  }
  #expect(second.nextField()?.text == nil)
  #expect(third.text(before: "t")?.text == " las")
  #expect(third.text(before: "#")?.text == nil)
  #expect(try third.decimal("load") == 5.25)
  let isAtEnd = lines.isAtEnd
  let lineNumber = lines.lineNumber
  #expect(isAtEnd)
  #expect(lineNumber == 3)
}

@Test(
  arguments: [
    ("0", 0), ("18446744073709551615", UInt64.max), ("18446744073709551616", nil), ("", nil),
    ("-1", nil), ("1x", nil), (" 1", nil), ("99999999999999999999999", nil),
  ] as [(String, UInt64?)])
func wholeNumbersAreReadOrRefused(text: String, value: UInt64?) {
  #expect(text.utf8.span.unsigned == value)
}

@Test(
  arguments: [
    ("0.52", 0.52), ("1234567.89", 1_234_567.89), ("-3.5", -3.5), ("7", 7), ("0.1", 0.1),
    ("123456789012345.25", 123_456_789_012_345.25), ("1.", nil), (".5", nil), ("1e5", nil),
    ("nan", nil), ("", nil), ("-", nil), ("1.2.3", nil),
  ] as [(String, Double?)])
func decimalsAreReadOrRefused(text: String, value: Double?) {
  #expect(text.utf8.span.decimal == value)
}

@Test(
  arguments: [
    ("-9223372036854775808", Int64.min), ("9223372036854775807", .max), ("-5", -5), ("--5", nil),
    ("9223372036854775808", nil), ("-", nil),
  ] as [(String, Int64?)])
func signedNumbersAreReadOrRefused(text: String, value: Int64?) {
  #expect(text.utf8.span.signed == value)
}

@Test func hexadecimalsAreReadOrRefused() {
  #expect("00ffA0".utf8.span.hexadecimal == 0xFFA0)
  #expect("0x1".utf8.span.hexadecimal == nil)
  #expect("11112222333344445".utf8.span.hexadecimal == nil)
}
