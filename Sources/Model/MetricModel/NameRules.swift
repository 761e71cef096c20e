/// The classic rules of the exposition format for names without quotes.
public enum NameRules {
  /// Whether a text matches `[a-zA-Z_:][a-zA-Z0-9_:]*`.
  public static func isMetricName(_ text: String) -> Bool { isName(text, allowsColon: true) }

  /// Whether a text matches `[a-zA-Z_][a-zA-Z0-9_]*`.
  public static func isLabelName(_ text: String) -> Bool { isName(text, allowsColon: false) }

  /// The name with each character that needs quotes replaced by an underscore, for readers that
  /// only support classic names.
  public static func underscored(_ text: String) -> String {
    guard !isName(text, allowsColon: true) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      let name = result.isEmpty ? String(scalar) : "_" + String(scalar)
      result.unicodeScalars.append(isName(name, allowsColon: true) ? scalar : "_")
    }
    return result
  }

  private static func isName(_ text: String, allowsColon: Bool) -> Bool {
    var isFirst = true
    for byte in text.utf8 {
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      let isColon = allowsColon && byte == UInt8(ascii: ":")
      guard isLetter || byte == UInt8(ascii: "_") || isColon || (isDigit && !isFirst) else {
        return false
      }
      isFirst = false
    }
    return !isFirst
  }
}
