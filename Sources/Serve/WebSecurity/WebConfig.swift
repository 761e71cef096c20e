package import ConfigDecoding
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
    var versions: [FileVersion?]
    var lookedAt = ContinuousClock.now
    var isCurrent = true
  }

  /// Time between two looks at the files.
  private static let pause: Duration = .seconds(1)

  /// Reads the file; throws everything that is wrong with it.
  package init(path: String, logger: Logger) throws(ConfigFailure) {
    self.path = path
    self.logger = logger
    // Before the reading: what changes meanwhile is read once more.
    let diagnostics = ConfigDiagnostics()
    let file = WebConfigFile.read(path, diagnostics: diagnostics)
    try diagnostics.throwIfAny()
    state = Mutex(State(file: file, versions: file.files.map { FileVersion(of: $0) }))
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

  /// What both daemons show of ``isCurrent``.
  package static let metric = (
    name: "tocsin_web_config_last_reload_successful",
    help: "Whether the file of --web.config.file is in force as it stands."
  )

  /// Whether what is in force is what the files say.
  package var isCurrent: Bool {
    _ = current()
    return state.withLock { $0.isCurrent }
  }

  private func readAgain(_ state: inout State) {
    let versions = state.file.files.map { FileVersion(of: $0) }
    guard versions != state.versions else { return }
    state.versions = versions
    let diagnostics = ConfigDiagnostics()
    var file = WebConfigFile.read(path, diagnostics: diagnostics)
    var errors = diagnostics.errors
    if errors.isEmpty, (file.security.tls == nil) != (state.file.security.tls == nil) {
      errors = [
        ConfigError(
          file: path, position: nil, message: "TLS cannot be switched on or off while running",
          mend: "restart the program")
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
    if file.files != state.file.files { state.versions = file.files.map { FileVersion(of: $0) } }
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
