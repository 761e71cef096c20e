package import YAMLDecoding

extension HTTPClientConfiguration {
  /// Reads a file of `--http.config.file`: Prometheus' `http_config`, as promtool and amtool accept
  /// it.
  ///
  /// Errors are reported to the diagnostics.
  package static func read(
    file: String, diagnostics: ConfigDiagnostics
  ) -> HTTPClientConfiguration {
    guard let source = ConfigSource.read(path: file, into: diagnostics),
      let node = ConfigDocument.root(of: source, into: diagnostics),
      let mapping = ConfigMapping(node, context: "the HTTP client file", diagnostics: diagnostics)
    else { return HTTPClientConfiguration() }
    defer { mapping.finish() }
    return mapping.httpClientKeys(directory: ConfigPath.directory(of: file))
  }
}
