/// A connection string as users write it, before libpq parses it.
struct ConnectionString {
  private let text: String

  init(_ text: String) {
    self.text = String(text.trimmed)
  }

  /// The string without scheme decorations and driver parameters, which libpq would refuse, and the
  /// names of the ignored parameters.
  func cleaned() throws(PostgresSettingsError) -> (text: String, ignored: [String]) {
    guard !text.isEmpty else { throw .invalid(reason: "it is empty") }
    guard !text.utf8.contains(0) else { throw .invalid(reason: "it contains a zero byte") }
    guard let separator = text.firstRange(of: "://") else {
      guard text.contains("=") else {
        throw .invalid(reason: "neither a postgresql:// URI nor keyword=value pairs")
      }
      return (text, [])
    }
    if text[..<separator.lowerBound].contains("=") { return (text, []) }
    try checkScheme(text[..<separator.lowerBound])
    let rest = text[separator.upperBound...]
    guard let question = rest.firstIndex(of: "?") else { return ("postgresql://\(rest)", []) }
    let query = filter(rest[rest.index(after: question)...])
    let passed = query.passed.isEmpty ? "" : "?" + query.passed.joined(separator: "&")
    return ("postgresql://\(rest[..<question])\(passed)", query.ignored)
  }

  private func checkScheme(_ scheme: Substring) throws(PostgresSettingsError) {
    var name = scheme.lowercased()
    if name.hasPrefix("jdbc:") { name.removeFirst(5) }
    let base = name.prefix { $0 != "+" }
    guard base == "postgres" || base == "postgresql" else {
      throw .invalid(reason: "the scheme is not postgresql")
    }
  }

  private func filter(_ query: Substring) -> (passed: [String], ignored: [String]) {
    var passed: [String] = []
    var ignored: [String] = []
    for item in query.split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pair[0])
      let value = pair.count > 1 ? String(pair[1]) : ""
      switch (name, value) {
      // The JavaScript driver's value for encryption without verification of the certificate.
      case ("sslmode", "no-verify"): passed.append("sslmode=require")
      // Prisma means the server's authority here, libpq the client's certificate.
      case ("sslcert", _) where query.contains("sslaccept="): passed.append("sslrootcert=\(value)")
      case ("ssl", "true"), ("ssl", "1"): passed.append("sslmode=require")
      case ("ssl", "false"), ("ssl", "0"): passed.append("sslmode=disable")
      default:
        if ConnectionOptions.keywords.contains(name) {
          passed.append(String(item))
        } else {
          ignored.append(name)
        }
      }
    }
    return (passed, ignored)
  }
}

extension String {
  fileprivate var trimmed: Substring {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return rest
  }
}
