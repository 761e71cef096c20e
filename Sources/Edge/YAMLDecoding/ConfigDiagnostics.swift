/// Collects all errors of a configuration, so that the user can fix them at once.
///
/// Decoders report errors here and continue with a default; the caller that started them calls
/// `throwIfAny()` at the end. One collector serves all files of a configuration.
package final class ConfigDiagnostics {
  /// The largest number of errors that are retained, so that a thoroughly wrong file does not fill
  /// memory or the screen.
  package static let errorLimit = 200

  private var found: [ConfigError] = []
  private var seen: Set<ConfigError> = []
  private var fileOrder: [String: Int] = [:]

  /// Whether decoders try to read the secret files that a configuration names.
  ///
  /// Secret files are read at every use; this check reports an unreadable one before it is needed.
  package let readsSecretFiles: Bool

  /// Creates an empty collector.
  package init(readsSecretFiles: Bool = false) {
    self.readsSecretFiles = readsSecretFiles
  }

  /// Whether nothing was reported.
  package var isEmpty: Bool { found.isEmpty }

  /// The number of reported errors; its change during a step shows whether the step failed.
  package var count: Int { found.count }

  /// The errors ordered by file, in the order of the files' first errors, and by position in the
  /// file.
  package var errors: [ConfigError] {
    found.enumerated().sorted { left, right in
      let files = (
        fileOrder[left.element.file, default: 0], fileOrder[right.element.file, default: 0]
      )
      let start = ConfigPosition(line: 0, column: 0)
      let places = (left.element.position ?? start, right.element.position ?? start)
      if files.0 != files.1 { return files.0 < files.1 }
      if places.0 != places.1 { return places.0 < places.1 }
      return left.offset < right.offset
    }.map(\.element)
  }

  /// Adds an error, unless the same one was reported before: an alias shows the same position
  /// twice.
  package func report(_ error: ConfigError) {
    guard found.count < Self.errorLimit, seen.insert(error).inserted else { return }
    if fileOrder[error.file] == nil { fileOrder[error.file] = fileOrder.count }
    found.append(error)
  }

  /// Remarks that are not errors, in the order of the reports.
  package private(set) var warnings: [ConfigError] = []

  /// Adds a warning.
  package func warn(_ warning: ConfigError) {
    guard warnings.count < Self.errorLimit, !warnings.contains(warning) else { return }
    warnings.append(warning)
  }

  /// Throws the reported errors, if there are any.
  package func throwIfAny() throws(ConfigFailure) {
    guard found.isEmpty else { throw ConfigFailure(errors: errors) }
  }
}
