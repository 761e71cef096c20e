extension String {
  /// The text cut to a number of Unicode scalars; the last one is an ellipsis if something was cut.
  func truncated(to count: Int) -> String {
    guard unicodeScalars.count > count else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.prefix(count - 1))) + "…"
  }
}
