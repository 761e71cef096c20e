/// The text of a configuration file, with the name that errors show.
package final class ConfigSource: Sendable {
  /// The file as the user named it.
  package let file: String
  /// The whole text, without a byte order mark.
  package let text: String
  /// The lines without line ends; the first has index 0.
  let lines: [Substring]

  /// Creates a source from a text in memory.
  package init(text: String, file: String) {
    self.file = file
    let hasMark = text.unicodeScalars.first == "\u{FEFF}"
    self.text = hasMark ? String(text.unicodeScalars.dropFirst()) : text
    lines = self.text.split(omittingEmptySubsequences: false) { $0.isNewline }
  }

  /// Reads a file; an unreadable, too large or non-UTF-8 file is reported, and the result is nil.
  package static func read(
    path: String, limits: ConfigLimits = ConfigLimits(), into diagnostics: ConfigDiagnostics
  ) -> ConfigSource? {
    do {
      let bytes = try FileBytes.read(path: path, limit: limits.fileBytes)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        diagnostics.report(invalidText(bytes, path: path))
        return nil
      }
      return ConfigSource(text: text, file: path)
    } catch {
      diagnostics.report(
        ConfigError(file: path, position: nil, message: "cannot be read: \(error.reason)"))
      return nil
    }
  }

  /// Creates an error in this file.
  package func error(
    _ message: String, at position: ConfigPosition?, fix: String? = nil
  ) -> ConfigError {
    ConfigError(file: file, position: position, message: message, fix: fix)
  }

  /// The error at the first invalid UTF-8 sequence.
  private static func invalidText(_ bytes: [UInt8], path: String) -> ConfigError {
    var line = 1
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { break }
      line += 1
    }
    return ConfigError(
      file: path, position: ConfigPosition(line: line, column: 1),
      message: "the text is not valid UTF-8", fix: "save the file in UTF-8")
  }
}
