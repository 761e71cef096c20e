public import PatternMatching

extension LabelMatcher {
  /// The error of a regular expression in the words of Go's parser, which users of Prometheus know.
  public static func problem(_ error: PatternError) -> String {
    for (reason, words) in reasons where error.reason.hasPrefix(reason) {
      let part = error.reason.dropFirst(reason.utf8.count + 2)
      return "error parsing regexp: \(words): `\(part)`"
    }
    return "error parsing regexp: \(error.reason)"
  }

  /// Go's messages by RE2's.
  private static let reasons = [
    ("invalid escape sequence", "invalid escape sequence"),
    ("invalid character class range", "invalid character class range"),
    ("invalid character class", "invalid character class"),
    ("missing ]", "missing closing ]"),
    ("missing )", "missing closing )"),
    ("unexpected )", "unexpected )"),
    ("trailing \\", "trailing backslash at end of expression"),
    ("no argument for repetition operator", "missing argument to repetition operator"),
    ("invalid repetition size", "invalid repeat count"),
    ("bad repetition operator", "invalid nested repetition operator"),
    ("invalid perl operator", "invalid or unsupported Perl syntax"),
    ("invalid named capture group", "invalid named capture"),
    ("invalid UTF-8", "invalid UTF-8"),
  ]
}
