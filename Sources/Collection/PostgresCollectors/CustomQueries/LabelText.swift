import MetricModel

/// The value of a label from a database: nobody knows who wrote it.
enum LabelText {
  /// The text without control characters, and not longer than a label may be; what is cut is told
  /// apart by a hash.
  static func tamed(_ text: String) -> String {
    var text = text
    if text.unicodeScalars.contains(where: isControl) {
      var scalars = String.UnicodeScalarView()
      for scalar in text.unicodeScalars { scalars.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
      text = String(scalars)
    }
    guard text.utf8.count > CustomQueryLimits.labelBytes else { return text }
    let hash = "..." + SHA256.hex(ofText: text).prefix(8)
    var kept = ""
    var room = CustomQueryLimits.labelBytes - hash.utf8.count
    for scalar in text.unicodeScalars {
      room -= UTF8.width(scalar)
      if room < 0 { break }
      kept.unicodeScalars.append(scalar)
    }
    return kept + hash
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      // Marks that turn the direction of what follows on a screen.
      || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }
}
