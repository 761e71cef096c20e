/// Collects every error of a configuration, so that the user mends all of them at once.
///
/// Decoders report here and go on with a default; whoever started them calls `throwIfAny()` at the end. One
/// collector serves all files of a configuration.
package final class ConfigDiagnostics {
  /// Errors that are kept; a file that is wrong from end to end does not fill the memory or the screen.
  package static let errorLimit = 200

  private var found: [ConfigError] = []
  private var seen: Set<ConfigError> = []
  private var fileOrder: [String: Int] = [:]

  /// Whether decoders try to read the secret files that a configuration names.
  ///
  /// They are read at every use; but one that cannot be read now would be noticed only when it is needed most.
  package let readsSecretFiles: Bool

  /// An empty collection.
  package init(readsSecretFiles: Bool = false) {
    self.readsSecretFiles = readsSecretFiles
  }

  /// Whether nothing was reported.
  package var isEmpty: Bool { found.isEmpty }

  /// How many errors were reported; the difference before and after a step says whether the step failed.
  package var count: Int { found.count }

  /// The errors by file, in the order in which files were first complained of, and then by position.
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

  /// Adds an error; one that was reported before (an alias shows the same place twice) is not repeated.
  package func report(_ error: ConfigError) {
    guard found.count < Self.errorLimit, seen.insert(error).inserted else { return }
    if fileOrder[error.file] == nil { fileOrder[error.file] = fileOrder.count }
    found.append(error)
  }

  /// What is no error, but should be changed; in the order of the reports.
  package private(set) var warnings: [ConfigError] = []

  /// Adds a warning.
  package func warn(_ warning: ConfigError) {
    guard warnings.count < Self.errorLimit, !warnings.contains(warning) else { return }
    warnings.append(warning)
  }

  /// Throws what was reported, if anything was.
  package func throwIfAny() throws(ConfigFailure) {
    guard found.isEmpty else { throw ConfigFailure(errors: errors) }
  }
}
