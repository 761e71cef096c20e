import ArgumentParser
import YAMLDecoding
import EvaluatorService
import WebClient

/// How a command that asks a server gets in.
struct ClientFlags: ParsableArguments {
  @Option(
    name: .customLong("http.config.file"),
    help: "TLS, password or token for --url (YAML, an http_config as for promtool and amtool).")
  var file: String?

  /// Readies requests for sending; throws everything that is wrong with the file.
  func requestSetup() throws -> @Sendable (inout WebRequest) throws -> Void {
    guard let file else { return { _ in } }
    let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
    let setup = HTTPClientFile.read(file, diagnostics: diagnostics)
    try diagnostics.throwIfAny()
    return setup
  }
}
