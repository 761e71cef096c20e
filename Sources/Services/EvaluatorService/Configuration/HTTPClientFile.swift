package import YAMLDecoding
import Scraping
package import WebClient

/// A file for `--http.config.file`: how our tools reach a server behind TLS or a password. Prometheus' `http_config`, as
/// promtool and amtool read it.
package enum HTTPClientFile {
  /// Reads the file; the result readies requests for sending. Passwords in files of their own are read anew for each.
  package static func read(
    _ path: String, diagnostics: ConfigDiagnostics
  ) -> @Sendable (inout WebRequest) throws -> Void {
    guard let source = ConfigSource.read(path: path, into: diagnostics),
      let node = ConfigDocument.root(of: source, into: diagnostics),
      let mapping = ConfigMapping(node, context: "the HTTP client file", diagnostics: diagnostics)
    else { return { _ in } }
    let settings = mapping.clientSettings(directory: ConfigPath.directory(of: path))
    mapping.finish()
    return { try settings.apply(to: &$0) }
  }
}
