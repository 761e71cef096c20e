/// A mail address: `Ops Team <ops@example.org>` or `ops@example.org`.
struct MailAddress: Hashable, Sendable {
  /// The display name; empty if there is none.
  let name: String
  /// The address without the display name.
  let address: String

  /// Parses a list of addresses, separated by commas; `nil` if one of them is invalid.
  static func list(_ text: String) -> [MailAddress]? {
    var addresses: [MailAddress] = []
    for part in split(text) {
      guard let address = MailAddress(part) else { return nil }
      addresses.append(address)
    }
    return addresses.isEmpty ? nil : addresses
  }

  /// Parses one address.
  init?(_ text: Substring) {
    let trimmed = Self.trimmed(text)
    var bare = trimmed
    var name: Substring = ""
    if trimmed.last == ">", let open = trimmed.lastIndex(of: "<") {
      bare = trimmed[trimmed.index(after: open)...].dropLast()
      name = Self.trimmed(trimmed[..<open])
    }
    let parts = bare.split(separator: "@", omittingEmptySubsequences: false)
    let isClean = bare.unicodeScalars.allSatisfy {
      $0.value > 0x20 && !"<>,;\"\u{7f}".unicodeScalars.contains($0)
    }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isClean else { return nil }
    address = String(bare)
    if name.count >= 2, name.first == "\"", name.last == "\"" {
      self.name = String(name.dropFirst().dropLast()).replacing("\\\"", with: "\"")
        .replacing("\\\\", with: "\\")
    } else {
      self.name = String(name)
    }
  }

  /// The address as the value of a header.
  var headerText: String {
    guard !name.isEmpty else { return address }
    let isPlain = name.utf8.allSatisfy { byte in
      byte == 0x20 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    if isPlain { return "\(name) <\(address)>" }
    if name.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) {
      let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return "\"\(quoted)\" <\(address)>"
    }
    return EncodedWord.encode(name) + " <\(address)>"
  }

  private static func split(_ text: String) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var isQuoted = false
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      guard text[index] == ",", !isQuoted else { continue }
      parts.append(text[start..<index])
      start = text.index(after: index)
    }
    parts.append(text[start...])
    return parts.filter { !trimmed($0).isEmpty }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return text
  }
}
