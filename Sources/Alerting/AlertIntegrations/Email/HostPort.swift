/// The host and port of a mail server.
struct HostPort: Sendable, Hashable, CustomStringConvertible {
  var host: String
  var port: String

  init(host: String, port: String) {
    self.host = host
    self.port = port
  }

  /// Parses `host:port` or `[IPv6 address]:port`; `nil` if a part is missing.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    var host = text[..<colon]
    let port = text[text.index(after: colon)...]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, !port.isEmpty else { return nil }
    self.init(host: String(host), port: String(port))
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
