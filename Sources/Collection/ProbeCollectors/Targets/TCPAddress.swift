/// An address `host:port` or `[2001:db8::1]:port`, with a strict grammar.
struct TCPAddress: Hashable, Sendable {
  /// A name or a numeric address, without brackets.
  let host: String
  let port: Int

  /// Reads the text. Returns nil for anything else.
  init?(_ text: String) {
    guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    let digits = text[text.utf8.index(after: colon)...]
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
      (1...65_535).contains(port)
    else { return nil }
    let place = text[..<colon]
    if place.hasPrefix("["), place.hasSuffix("]") {
      let inside = String(place.dropFirst().dropLast())
      guard IPAddress(inside) != nil, inside.utf8.contains(UInt8(ascii: ":")) else { return nil }
      host = inside
    } else {
      guard Self.isName(place) else { return nil }
      host = String(place)
    }
    self.port = port
  }

  /// Whether the text consists of letters, digits, dots, hyphens and underscores, as names and IPv4
  /// addresses do.
  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.count <= 253
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: ".-_".utf8.contains(byte)
        }
      }
  }
}
