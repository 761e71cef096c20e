private import CLibPQ

/// The connection keywords that this libpq knows.
enum ConnectionOptions {
  /// Keywords whose values must not be shown.
  static let secrets: Set<String> = ["password", "sslpassword"]

  /// All keywords that this libpq knows.
  static let keywords: Set<String> = unsafe Set(raw(PQconndefaults(), onlySet: false).keys)

  /// libpq's values of keywords that a connection string omits, from environment variables such as
  /// `PGHOST`.
  static let defaults: [String: String] = unsafe raw(
    PQconndefaults(), onlySet: true)

  /// Parses the keywords and values of a URI or a `keyword=value` string.
  static func parse(_ text: String) throws(PostgresSettingsError) -> [String: String] {
    var message: UnsafeMutablePointer<CChar>?
    let options = unsafe PQconninfoParse(text, &message)
    guard unsafe options != nil else {
      let reason = unsafe message.map { unsafe String(cString: $0) } ?? "out of memory"
      unsafe PQfreemem(message)
      throw .invalid(reason: masking(reason))
    }
    return unsafe raw(options, onlySet: true)
  }

  /// libpq's message without the text that it quotes.
  ///
  /// libpq quotes what it could not parse, which may be part of a password, quotes included. What
  /// remains is the text before it, and a word that looks like a mistyped keyword.
  static func masking(_ reason: String) -> String {
    let line = reason.prefix { $0 != "\n" }
    guard let quote = line.firstIndex(of: "\"") else { return String(line) }
    let word = line[quote...].dropFirst().prefix { $0 != "\"" }
    let isPlain = word.utf8.allSatisfy { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
    let isKeyword = word.count >= 3 && keywords.contains { $0.hasPrefix(word.prefix(3)) }
    return line[..<quote] + (isPlain && isKeyword || word == "=" ? "\"\(word)\"" : "***")
  }

  private static func raw(
    _ options: UnsafeMutablePointer<PQconninfoOption>?, onlySet: Bool
  ) -> [String: String] {
    guard let options = unsafe options else { return [:] }
    defer { unsafe PQconninfoFree(options) }
    var values: [String: String] = [:]
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      let value = unsafe option.pointee.val.map { unsafe String(cString: $0) }
      if !onlySet || value != nil { unsafe values[String(cString: keyword)] = value ?? "" }
      unsafe option += 1
    }
    return values
  }
}
