import ExporterConfiguration
import YAMLDecoding
import Logging
import PostgresCollectors

/// Reads the files with custom queries again and replaces the running queries.
///
/// A file that cannot be read or contains an error changes nothing: its previous queries continue,
/// and the error is logged and shown as a metric.
struct CustomQueriesReload: Sendable {
  let references: [CustomQueriesFile.Reference]
  /// The selected built-in queries, whose names custom queries cannot use.
  let selection: PostgresSelection
  let registries: [CustomQueryRegistry]
  let state: PostgresExporterState

  /// Reads the files. Returns whether their queries are now running.
  @discardableResult
  func run(logger: Logger) -> Bool {
    guard !references.isEmpty else { return true }
    let files = Self.read(references, selection: selection, logger: logger)
    state.note(files)
    guard !files.contains(where: \.isFaulty) else {
      logger.error("custom queries are as before, because of the mistakes above")
      return false
    }
    for registry in registries { registry.replace(with: files.flatMap(\.queries)) }
    logger.info(
      "custom queries were read again",
      metadata: ["queries": "\(files.reduce(0) { $0 + $1.queries.count })"])
    return true
  }

  /// Reads the files. Errors are logged; all valid queries are returned.
  static func read(
    _ references: [CustomQueriesFile.Reference], selection: PostgresSelection, logger: Logger
  ) -> [CustomQueriesFile] {
    let diagnostics = ConfigDiagnostics()
    let files = CustomQueriesFile.read(references, builtIn: selection, diagnostics: diagnostics)
    for error in diagnostics.errors { logger.error("\(error)") }
    for warning in diagnostics.warnings { logger.warning("\(warning)") }
    return files
  }
}
