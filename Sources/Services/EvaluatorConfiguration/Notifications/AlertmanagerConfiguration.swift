package import AlertRouting
package import YAMLDecoding
import TextTemplates

/// Reads an `alertmanager.yml`, with the template files that it names.
package enum AlertmanagerConfiguration {
  /// Reads a file. Errors are reported to the diagnostics, and the result is `nil` then.
  package static func load(
    path: String, into diagnostics: ConfigDiagnostics
  ) -> NotificationConfiguration? {
    guard let source = ConfigSource.read(path: path, into: diagnostics) else { return nil }
    return decode(source, into: diagnostics)
  }

  /// Decodes a text that is in memory.
  package static func decode(
    _ source: ConfigSource, into diagnostics: ConfigDiagnostics
  ) -> NotificationConfiguration? {
    let before = diagnostics.count
    let root = ConfigDocument.root(of: source, into: diagnostics)
    guard diagnostics.count == before else { return nil }
    guard let root, !root.isNull else {
      diagnostics.report(
        source.error("the file is empty", at: nil, fix: "write at least route and receivers"))
      return nil
    }
    guard let mapping = ConfigMapping(root, context: "the file", diagnostics: diagnostics)
    else { return nil }
    let directory = ConfigPath.directory(of: source.file)
    var decoder = NotificationDecoder(
      mapping, directory: directory, errorsBefore: before)
    let configuration = decoder.decode()
    guard diagnostics.count == before else { return nil }
    do {
      try configuration.check()
      return configuration
    } catch {
      let position =
        decoder.places[error.line] ?? ConfigPosition(line: max(error.line, 1), column: 1)
      diagnostics.report(source.error(error.reason, at: position))
      return nil
    }
  }
}
