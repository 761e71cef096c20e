import Codecs
import MetricModel

/// Label values from a database, which may contain anything.
enum LabelText {
  /// The text without control characters, cut to the maximum length of a label; a cut text ends in
  /// a hash.
  static func tamed(_ text: String) -> String {
    var text = text
    if text.unicodeScalars.contains(where: isControl) {
      var scalars = String.UnicodeScalarView()
      for scalar in text.unicodeScalars { scalars.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
      text = String(scalars)
    }
    guard text.utf8.count > CustomQueryLimits.labelBytes else { return text }
    let hash = "..." + Digest.sha256Text(of: text).prefix(8)
    var retained = ""
    var capacity = CustomQueryLimits.labelBytes - hash.utf8.count
    for scalar in text.unicodeScalars {
      capacity -= UTF8.width(scalar)
      if capacity < 0 { break }
      retained.unicodeScalars.append(scalar)
    }
    return retained + hash
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      // Marks that change the direction of the text after them.
      || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }
}
