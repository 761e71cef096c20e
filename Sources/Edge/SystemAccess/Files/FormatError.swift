/// The error of a file with an unexpected format.
package struct FormatError: Error, Hashable, CustomStringConvertible {
  /// The file's name.
  package let file: String
  /// The line, counted from 1; 0 for the file as a whole.
  package let line: Int
  /// What was expected and what was found.
  package let reason: String

  /// Makes the error.
  package init(file: String, line: Int = 0, _ reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  package var description: String {
    line == 0 ? "\(file): \(reason)" : "\(file) line \(line): \(reason)"
  }
}
