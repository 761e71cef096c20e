/// The bytes with a meaning in the exposition format.
extension UInt8 {
  static var newline: UInt8 { UInt8(ascii: "\n") }
  static var space: UInt8 { UInt8(ascii: " ") }
  static var hash: UInt8 { UInt8(ascii: "#") }
  static var quote: UInt8 { UInt8(ascii: "\"") }
  static var backslash: UInt8 { UInt8(ascii: "\\") }
  static var comma: UInt8 { UInt8(ascii: ",") }
  static var equals: UInt8 { UInt8(ascii: "=") }
  static var colon: UInt8 { UInt8(ascii: ":") }
  static var openingBrace: UInt8 { UInt8(ascii: "{") }
  static var closingBrace: UInt8 { UInt8(ascii: "}") }

  /// Whether the byte is a space or a tab.
  @inline(__always) var isBlank: Bool { self == .space || self == UInt8(ascii: "\t") }

  /// Whether the byte is a decimal digit.
  @inline(__always) var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

  /// Whether a label name may start with this byte; metric names may also start with a colon.
  @inline(__always) var startsName: Bool {
    (self | 0x20) &- UInt8(ascii: "a") < 26 || self == UInt8(ascii: "_")
  }

  /// Whether a label name may continue with this byte.
  @inline(__always) var continuesName: Bool { startsName || isDigit }
}
