import ArgumentParser
import YAMLDecoding
import Configuration

/// The flags for requests to a server: authentication and TLS.
struct ClientFlags: ParsableArguments {
  @Option(
    name: .customLong("http.config.file"),
    help: "TLS, password or token for --url (YAML, an http_config as for promtool and amtool).")
  var file: String?

  /// The settings of requests.
  ///
  /// - Throws: All errors of the file.
  func httpConfiguration() throws -> HTTPClientConfiguration {
    guard let file else { return HTTPClientConfiguration() }
    let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
    let configuration = HTTPClientConfiguration.read(file: file, diagnostics: diagnostics)
    try diagnostics.throwIfAny()
    return configuration
  }
}
