import ExporterConfiguration
import YAMLDecoding
import Logging
import PostgresCollectors

/// Reads the files with custom queries again and puts what they hold in the place of what there was.
///
/// A file that cannot be read or holds a mistake changes nothing: the queries from before go on, the
/// mistake is logged and shown as a metric.
struct CustomQueriesReload: Sendable {
  let references: [CustomQueriesFile.Reference]
  /// The built-in queries, whose names custom ones may not take.
  let selection: PostgresSelection
  let registries: [CustomQueryRegistry]
  let state: PostgresExporterState

  /// Reads the files; returns whether their queries are the ones that run now.
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

  /// Reads the files. What is wrong with one is logged; all that is right can be used.
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
