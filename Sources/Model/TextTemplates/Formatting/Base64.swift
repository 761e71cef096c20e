/// Base64 in the alphabet that URLs can hold (`-` and `_`), with padding.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for (index, byte) in group.enumerated() { bits |= UInt32(byte) << UInt32(16 - 8 * index) }
      for index in 0..<4 {
        result.append(
          index <= group.count
            ? alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The bytes of a text; nil when it is no base64. Line ends are skipped.
  static func decode(_ text: String) -> [UInt8]? {
    let signs = text.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard signs.count.isMultiple(of: 4) else { return nil }
    let padding = signs.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return nil }
    var bits: UInt32 = 0
    var result: [UInt8] = []
    for (index, sign) in signs.dropLast(padding).enumerated() {
      guard let value = alphabet.firstIndex(of: sign) else { return nil }
      bits = bits << 6 | UInt32(value)
      if index % 4 > 0 { result.append(UInt8(bits >> UInt32(6 - 2 * (index % 4)) & 255)) }
    }
    return result
  }
}
