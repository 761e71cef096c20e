import Codecs
import TransportSecurity

/// Parses the text form of ``RedisSettings``.
struct RedisAddress {
  private let text: String
  private var user: String?
  private var password: String?
  private var database = 0
  private var hasQueryDatabase = false
  private var tls = TLSConfiguration()
  private var usesTLS = false

  init(_ text: String) {
    self.text = text
  }

  mutating func parse() throws(RedisSettingsError) -> RedisSettings {
    let text = try trimmed()
    guard let mark = text.firstRange(of: "://") else {
      if text.hasPrefix("/") { return settings(.unix(path: String(text))) }
      return settings(try tcp(text))
    }
    var rest = try readQuery(of: text[mark.upperBound...])
    let scheme = text[..<mark.lowerBound].lowercased()
    switch scheme {
    case "unix", "redis+socket", "redis-socket":
      rest = try readLogin(of: rest)
      guard rest.hasPrefix("/") else { throw .invalid(reason: "the socket path is not absolute") }
      return settings(.unix(path: try decode(rest)))
    case "redis", "valkey", "tcp", "rediss", "valkeys":
      usesTLS = usesTLS || ["rediss", "valkeys"].contains(scheme)
      rest = try readLogin(of: rest)
      rest = try readPath(of: rest)
      return settings(try tcp(rest))
    default: throw .invalid(reason: "the scheme is not redis")
    }
  }

  private func settings(_ endpoint: RedisSettings.Endpoint) -> RedisSettings {
    RedisSettings(
      endpoint: endpoint, user: user, password: password, database: database,
      tls: usesTLS ? tls : nil)
  }

  private func trimmed() throws(RedisSettingsError) -> Substring {
    var rest = text[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    guard !rest.isEmpty else { throw .invalid(reason: "it is empty") }
    let isClean = rest.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    guard isClean else { throw .invalid(reason: "it contains a space or a control character") }
    return rest
  }

  private mutating func readQuery(of text: Substring) throws(RedisSettingsError) -> Substring {
    guard let question = text.lastIndex(of: "?") else { return text }
    // A raw `?` in a password does not begin the query, which follows the login.
    if let at = text.lastIndex(of: "@"), at > question { return text }
    for item in text[text.index(after: question)...].split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else { continue }
      switch pair[0] {
      case "db", "database":
        database = try number(pair[1])
        hasQueryDatabase = true
      case "password": password = try decode(pair[1])
      case "ssl" where pair[1] == "true", "tls" where pair[1] == "true": usesTLS = true
      case "ssl_ca_certs": tls.caFile = try decode(pair[1])
      case "ssl_certfile": tls.certificateFile = try decode(pair[1])
      case "ssl_keyfile": tls.keyFile = try decode(pair[1])
      case "ssl_cert_reqs":
        tls.insecureSkipVerify = ["none", "cert_none"].contains(pair[1].lowercased())
      default: break
      }
    }
    return text[..<question]
  }

  private mutating func readLogin(of text: Substring) throws(RedisSettingsError) -> Substring {
    guard let at = text.lastIndex(of: "@") else { return text }
    let login = text[..<at]
    if let colon = login.firstIndex(of: ":") {
      let name = try decode(login[..<colon])
      user = name.isEmpty ? nil : name
      password = try decode(login[login.index(after: colon)...])
    } else {
      // redis://name@host: some drivers mean a user here, who cannot log in without a password.
      user = try decode(login)
    }
    if password?.isEmpty == true { password = nil }
    return text[text.index(after: at)...]
  }

  private mutating func readPath(of text: Substring) throws(RedisSettingsError) -> Substring {
    guard let slash = text.firstIndex(of: "/") else { return text }
    let path = text[text.index(after: slash)...]
    // The driver's own `?db=` takes precedence over the path.
    if !path.isEmpty, !hasQueryDatabase { database = try number(path) }
    return text[..<slash]
  }

  private func number(_ text: Substring) throws(RedisSettingsError) -> Int {
    guard let number = Int(text), (0...65_535).contains(number) else {
      throw .invalid(reason: "the database is not a number")
    }
    return number
  }

  private func tcp(_ text: Substring) throws(RedisSettingsError) -> RedisSettings.Endpoint {
    var host = text
    var port = RedisSettings.defaultPort
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else {
        throw .invalid(reason: "a bracket of the IPv6 address is missing")
      }
      host = text[text.index(after: text.startIndex)..<close]
      let rest = text[text.index(after: close)...]
      guard rest.isEmpty || rest.hasPrefix(":") else {
        throw .invalid(reason: "unexpected text behind the IPv6 address")
      }
      if !rest.isEmpty { port = try portNumber(rest.dropFirst()) }
    } else if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
      host = text[..<colon]
      port = try portNumber(text[text.index(after: colon)...])
    }
    if host.isEmpty { host = "localhost" }
    let isPlain = host.utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 58, 95, 37, 128...: true
      default: false
      }
    }
    guard isPlain else { throw .invalid(reason: "the host name contains a forbidden character") }
    return .tcp(host: String(host), port: port)
  }

  private func portNumber(_ text: Substring) throws(RedisSettingsError) -> Int {
    guard let port = Int(text), (1...65_535).contains(port) else {
      throw .invalid(reason: "port must be a number from 1 to 65535")
    }
    return port
  }

  private func decode(_ text: Substring) throws(RedisSettingsError) -> String {
    guard let decoded = PercentEncoding.decode(text, plusIsSpace: false), !decoded.utf8.contains(0)
    else { throw .invalid(reason: "a percent sign is not followed by two hexadecimal digits") }
    return decoded
  }
}
