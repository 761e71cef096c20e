/// A position in a configuration file; both numbers start at 1, and columns count Unicode scalars.
package struct ConfigPosition: Hashable, Comparable, Sendable {
  /// The line number.
  package let line: Int
  /// The column number.
  package let column: Int

  /// Creates a position.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (left: ConfigPosition, right: ConfigPosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// An error in a configuration file, described in one line.
///
/// The description reads `prometheus.yml:12:5: unknown key "scrape_intervall" in global; did you
/// mean "scrape_interval"?`.
package struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as the user named it.
  package let file: String
  /// The position in the file; nil if the error concerns the whole file.
  package let position: ConfigPosition?
  /// What is wrong.
  package let message: String
  /// How to fix it; nil if the message is sufficient.
  package let fix: String?

  /// Creates an error.
  package init(file: String, position: ConfigPosition?, message: String, fix: String? = nil) {
    self.file = file
    self.position = position
    self.message = message
    self.fix = fix
  }

  package var description: String {
    let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
    return "\(place): \(message)" + (fix.map { "; \($0)" } ?? "")
  }
}

/// All errors of a configuration, ordered by file and line.
package struct ConfigFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The errors; never empty.
  package let errors: [ConfigError]

  /// One error per line.
  package var description: String { errors.map(\.description).joined(separator: "\n") }
}
