/// A place in a configuration file; both numbers start at 1, columns count Unicode scalars.
package struct ConfigPosition: Hashable, Comparable, Sendable {
  /// The line.
  package let line: Int
  /// The column.
  package let column: Int

  /// Makes a position.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (left: ConfigPosition, right: ConfigPosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// One thing that is wrong with a configuration file, said in one line.
///
/// It prints as `prometheus.yml:12:5: unknown key "scrape_intervall" in global; did you mean "scrape_interval"?`.
package struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as the user named it.
  package let file: String
  /// Where in the file; nil when the file as a whole is meant.
  package let position: ConfigPosition?
  /// What is wrong.
  package let message: String
  /// How to mend it; nil when the message says it all.
  package let mend: String?

  /// Makes an error.
  package init(file: String, position: ConfigPosition?, message: String, mend: String? = nil) {
    self.file = file
    self.position = position
    self.message = message
    self.mend = mend
  }

  package var description: String {
    let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
    return "\(place): \(message)" + (mend.map { "; \($0)" } ?? "")
  }
}

/// All that is wrong with a configuration, in the order of the files and lines.
package struct ConfigFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The errors; never empty.
  package let errors: [ConfigError]

  /// One error per line.
  package var description: String { errors.map(\.description).joined(separator: "\n") }
}
