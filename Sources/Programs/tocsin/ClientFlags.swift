import ArgumentParser
import YAMLDecoding
import Configuration

/// How a command that asks a server gets in.
struct ClientFlags: ParsableArguments {
  @Option(
    name: .customLong("http.config.file"),
    help: "TLS, password or token for --url (YAML, an http_config as for promtool and amtool).")
  var file: String?

  /// How requests are made; throws everything that is wrong with the file.
  func httpConfiguration() throws -> HTTPClientConfiguration {
    guard let file else { return HTTPClientConfiguration() }
    let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
    let configuration = HTTPClientConfiguration.read(file: file, diagnostics: diagnostics)
    try diagnostics.throwIfAny()
    return configuration
  }
}
