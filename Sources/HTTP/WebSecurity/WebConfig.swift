package import YAMLDecoding
package import Logging
import Synchronization
package import WebServer

/// The web configuration of a running server: read again when one of its files changes.
///
/// Files are looked at once a second at most, and only when somebody connects or asks. When what is there cannot be used, the
/// log says why and what was read last stays in force. Whether there is TLS at all is settled by the start.
package final class WebConfig: Sendable {
  private let path: String
  private let logger: Logger
  private let state: Mutex<State>

  private struct State {
    var file: WebConfigFile
    /// What the last reading looked at, whether it could be used or not; as it was before the reading.
    var versions: [String: FileVersion?]
    var lookedAt = ContinuousClock.now
    var isCurrent = true
  }

  /// Time between two looks at the files.
  private static let pause: Duration = .seconds(1)

  /// Reads the file; throws everything that is wrong with it.
  package init(path: String, logger: Logger) throws(ConfigFailure) {
    self.path = path
    self.logger = logger
    let diagnostics = ConfigDiagnostics()
    let (file, versions) = Self.read(path, diagnostics)
    try diagnostics.throwIfAny()
    state = Mutex(State(file: file, versions: versions))
  }

  /// What the server demands now.
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

  /// ``current()`` for a server.
  package var source: SecuritySource { { self.current() } }

  /// Whether connections are made with TLS.
  package var usesTLS: Bool { current().tls != nil }

  /// Whether what is in force is what the files say.
  package var isCurrent: Bool {
    _ = current()
    return state.withLock { $0.isCurrent }
  }

  /// Reads the file. A first reading tells which files there are, so that what changes during the second one is read once more.
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
    file.security.keepWhatIsSame(from: state.file.security)
    state.isCurrent = true
    state.file = file
    logger.info("web configuration read again", metadata: ["file": "\(path)"])
  }
}

extension ServerSecurity {
  /// Known verdicts and the bucket's filling outlive a reading that changes neither users nor rate.
  fileprivate mutating func keepWhatIsSame(from old: ServerSecurity) {
    if let kept = old.passwords, kept.users == passwords?.users { passwords = kept }
    if let kept = old.rateLimiter, kept.limit == rateLimiter?.limit { rateLimiter = kept }
  }
}
