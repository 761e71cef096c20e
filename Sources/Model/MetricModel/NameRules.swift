/// Which texts are names that need no quotes, by the classic rules of the exposition format.
public enum NameRules {
  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
  public static func isMetricName(_ text: String) -> Bool { isName(text, allowsColon: true) }

  /// `[a-zA-Z_][a-zA-Z0-9_]*`
  public static func isLabelName(_ text: String) -> Bool { isName(text, allowsColon: false) }

  /// The name with an underscore in the place of each character that needs quotes: for readers that know classic names only.
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
