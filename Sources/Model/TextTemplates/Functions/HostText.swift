/// Functions on strings of the form `host:port`.
enum HostText {
  /// The host without the port; a string without a port is returned unchanged.
  static func withoutPort(_ text: String) -> String { split(text)?.host ?? text }

  /// The first label of the host name, with the port if there is one; addresses are returned
  /// unchanged.
  static func withoutDomain(_ text: String) -> String {
    let parts = split(text)
    let host = parts?.host ?? text
    if isAddress(host) { return text }
    let name = host.prefix { $0 != "." }
    return parts.map { "\(name):\($0.port)" } ?? String(name)
  }

  private static func split(_ text: String) -> (host: String, port: String)? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    var host = text[..<colon]
    let port = text[text.index(after: colon)...]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") || host.contains("[") || host.contains("]") {
      return nil
    }
    return port.contains("]") || port.contains("[") ? nil : (String(host), String(port))
  }

  static func isAddress(_ text: String) -> Bool {
    if text.contains(":") {
      let address = text.prefix { $0 != "%" }
      return address.utf8.allSatisfy { byte in
        Character(Unicode.Scalar(byte)).isHexDigit || byte == UInt8(ascii: ":")
          || byte == UInt8(ascii: ".")
      }
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
          && UInt8(part) != nil && (part.count == 1 || part.first != "0")
      }
  }
}
