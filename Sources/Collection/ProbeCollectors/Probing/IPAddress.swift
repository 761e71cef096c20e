/// An IPv4 or IPv6 address, read from its numeric text.
struct IPAddress: Hashable, Sendable {
  /// The text as written, without a zone.
  let text: String
  /// 4 or 16 bytes in network order; an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) has 4.
  let bytes: [UInt8]

  /// Reads dotted or colon notation. Returns nil for anything else, including names and shortened
  /// IPv4 forms.
  init?(_ text: String) {
    let bare = text.prefix { $0 != "%" }
    let isColonNotation = bare.utf8.contains(UInt8(ascii: ":"))
    let parsed = isColonNotation ? Self.colonNotation(bare) : Self.dottedNotation(bare)
    guard let parsed else { return nil }
    self.text = String(bare)
    let isMapped = parsed.count == 16 && parsed[..<12].elementsEqual(Self.mappedPrefix)
    bytes = isMapped ? Array(parsed[12...]) : parsed
  }

  /// The IP version, 4 or 6.
  var version: Int { bytes.count == 4 ? 4 : 6 }

  /// The 32-bit FNV-1a hash of the bytes; it changes with the address.
  var hash: UInt32 {
    bytes.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }

  private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

  private static func dottedNotation(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    let bytes = parts.compactMap { part -> UInt8? in
      // Some parsers would read leading zeros as octal.
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part == "0" || part.first != "0"
      else { return nil }
      return UInt8(part)
    }
    return bytes.count == 4 ? bytes : nil
  }

  private static func colonNotation(_ text: Substring) -> [UInt8]? {
    let halves = halves(of: text)
    guard let halves, let head = groups(halves.head), let tail = groups(halves.tail) else {
      return nil
    }
    let zeros = 16 - head.count - tail.count
    guard halves.isShortened ? zeros >= 2 : zeros == 0 else { return nil }
    return head + [UInt8](repeating: 0, count: zeros) + tail
  }

  /// The groups before and after `::`, which may occur once.
  private static func halves(
    of text: Substring
  ) -> (head: Substring, tail: Substring, isShortened: Bool)? {
    let bytes = text.utf8
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let next = bytes.index(after: index)
      if bytes[index] == UInt8(ascii: ":"), next < bytes.endIndex,
        bytes[next] == UInt8(ascii: ":")
      {
        let tail = text[bytes.index(after: next)...]
        guard !tail.hasPrefix(":"), !tail.contains("::") else { return nil }
        return (text[..<index], tail, true)
      }
      index = next
    }
    return (text, "", false)
  }

  private static func groups(_ text: Substring) -> [UInt8]? {
    if text.isEmpty { return [] }
    var bytes: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
        guard let dotted = dottedNotation(part) else { return nil }
        bytes += dotted
      } else {
        guard (1...4).contains(part.utf8.count), let value = UInt16(part, radix: 16),
          part.first != "+"
        else { return nil }
        bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
      }
    }
    return bytes
  }
}
