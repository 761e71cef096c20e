/// Where a server listens: `127.0.0.1:9930`, `[::1]:9930`, `localhost:9930`, or `:9930` for all
/// interfaces.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// An IP address or host name without brackets; empty for all interfaces, IPv4 and IPv6.
  package let host: String
  /// The TCP port; 0 lets the kernel choose a free one.
  package let port: Int

  /// Creates an address.
  package init(host: String, port: Int) {
    precondition((0...65_535).contains(port), "a port lies between 0 and 65535: \(port)")
    self.host = host
    self.port = port
  }

  /// Parses the form that users write.
  ///
  /// - Throws: ``WebServerError/invalidAddress(_:reason:)``.
  package init(parsing text: String) throws(WebServerError) {
    guard let colon = text.lastIndex(of: ":") else {
      throw .invalidAddress(text, reason: "there is no port")
    }
    let portText = text[text.index(after: colon)...]
    guard !portText.isEmpty, portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = Int(portText), port <= 65_535
    else {
      throw .invalidAddress(text, reason: "the port is not a number from 0 to 65535")
    }
    var host = text[..<colon]
    if host.hasPrefix("[") {
      guard host.hasSuffix("]"), host.contains(":") else {
        throw .invalidAddress(text, reason: "brackets belong around an IPv6 address")
      }
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw .invalidAddress(text, reason: "an IPv6 address must be in brackets")
    }
    let isPlain = host.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || ".-_:%".unicodeScalars.contains(scalar))
    }
    guard isPlain else { throw .invalidAddress(text, reason: "the host is no name and no address") }
    self.init(host: String(host), port: port)
  }

  package var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
