package import YAMLDecoding
package import Logging
import Synchronization
package import WebServer

/// The web configuration of a running server, read again when one of its files changes.
///
/// Files are checked at most once a second, and only on a connection or request. If the new content
/// is invalid, the error is logged and the last valid configuration stays in force. TLS cannot be
/// switched on or off after the start.
package final class WebConfig: Sendable {
  private let path: String
  private let logger: Logger
  private let state: Mutex<State>

  private struct State {
    var file: WebConfigFile
    /// The versions of the files before the last reading, whether it succeeded or not.
    var versions: [String: FileVersion?]
    var lookedAt = ContinuousClock.now
    var isCurrent = true
  }

  /// The minimum time between two checks of the files.
  private static let pause: Duration = .seconds(1)

  /// Reads the file.
  ///
  /// - Throws: `ConfigFailure` with all errors in it.
  package init(path: String, logger: Logger) throws(ConfigFailure) {
    self.path = path
    self.logger = logger
    let diagnostics = ConfigDiagnostics()
    let (file, versions) = Self.read(path, diagnostics)
    try diagnostics.throwIfAny()
    state = Mutex(State(file: file, versions: versions))
  }

  /// The configuration in force, after a check of the files.
  package func current() -> ServerSecurity {
    state.withLock { state in
      let now = ContinuousClock.now
      if now - state.lookedAt >= Self.pause {
        state.lookedAt = now
        readAgain(&state)
      }
      return state.file.security
    }
  }

  /// ``current()`` as a closure for a server.
  package var source: SecuritySource { { self.current() } }

  /// Whether connections use TLS.
  package var usesTLS: Bool { current().tls != nil }

  /// Whether the configuration in force equals the files.
  package var isCurrent: Bool {
    _ = current()
    return state.withLock { $0.isCurrent }
  }

  /// Reads the file twice: the first reading yields the list of files, so that a change during the
  /// second one is noticed.
  private static func read(
    _ path: String, _ diagnostics: ConfigDiagnostics
  ) -> (WebConfigFile, [String: FileVersion?]) {
    let named = WebConfigFile.read(path, diagnostics: ConfigDiagnostics()).files
    let versions = versions(of: named)
    return (WebConfigFile.read(path, diagnostics: diagnostics), versions)
  }

  private static func versions(of files: some Sequence<String>) -> [String: FileVersion?] {
    files.reduce(into: [:]) { $0.updateValue(FileVersion(of: $1), forKey: $1) }
  }

  private func readAgain(_ state: inout State) {
    guard Self.versions(of: state.versions.keys) != state.versions else { return }
    let diagnostics = ConfigDiagnostics()
    var file: WebConfigFile
    (file, state.versions) = Self.read(path, diagnostics)
    var errors = diagnostics.errors
    if errors.isEmpty, (file.security.tls == nil) != (state.file.security.tls == nil) {
      errors = [
        ConfigError(
          file: path, position: nil, message: "TLS cannot be switched on or off while running",
          fix: "restart the program")
      ]
    }
    guard errors.isEmpty else {
      state.isCurrent = false
      for error in errors {
        logger.error("web configuration not used, the one before stays: \(error)")
      }
      return
    }
    file.security.reuseUnchanged(from: state.file.security)
    state.isCurrent = true
    state.file = file
    logger.info("web configuration read again", metadata: ["file": "\(path)"])
  }
}

extension ServerSecurity {
  /// Reuses cached password checks and the rate limiter's state if users and limit are unchanged.
  fileprivate mutating func reuseUnchanged(from old: ServerSecurity) {
    if let previous = old.passwords, previous.users == passwords?.users { passwords = previous }
    if let previous = old.rateLimiter, previous.limit == rateLimiter?.limit {
      rateLimiter = previous
    }
  }
}
