import Codecs
package import YAMLDecoding
import MetricModel
package import PostgresCollectors

/// A file with custom queries: Tocsin's own format, or postgres_exporter's `queries.yaml`.
package struct CustomQueriesFile: Sendable, Equatable {
  /// A file, or a pattern of files, as named in the exporter's configuration.
  package struct Reference: Sendable, Equatable {
    /// The file, or the pattern.
    package var path: String
    /// The databases for queries that name none.
    package var databases: [String] = []
    /// Whether the path has wildcards, which are expanded at every reading.
    package var isPattern = false

    /// Creates a reference to a file or a pattern.
    package init(path: String, databases: [String] = [], isPattern: Bool = false) {
      self.path = path
      self.databases = databases
      self.isPattern = isPattern
    }

    /// The files that match now.
    var files: [Reference] {
      guard isPattern else { return [self] }
      return FilePattern(path).files(in: "").map { Reference(path: $0, databases: databases) }
    }
  }

  /// The path of the file.
  package var path: String
  /// The SHA-256 of its text; empty if it could not be read.
  package var hash = ""
  /// The valid queries of the file.
  package var queries: [CustomQuery] = []
  /// The built-in queries that the file turns off.
  package var disabled: Set<String> = []
  /// Whether the file has an error.
  package var isFaulty = false

  /// Reads a file. Errors are reported to the diagnostics, and the other queries are still used.
  package static func read(
    _ reference: Reference, builtIn selection: PostgresSelection = PostgresSelection(),
    diagnostics: ConfigDiagnostics
  ) -> CustomQueriesFile {
    var file = CustomQueriesFile(path: reference.path)
    let before = diagnostics.count
    guard let source = ConfigSource.read(path: reference.path, into: diagnostics) else {
      file.isFaulty = true
      return file
    }
    file.hash = Digest.sha256Text(of: source.text)
    if let node = ConfigDocument.root(of: source, into: diagnostics),
      let root = ConfigMapping(node, context: "the queries file", diagnostics: diagnostics)
    {
      let decoder = CustomQueryDecoder(
        selection: selection, databases: reference.databases, diagnostics: diagnostics)
      if case .list = root.pairs.first(where: { $0.key == "queries" })?.value.kind {
        file.queries = decoder.tocsinFormat(root)
      } else {
        (file.queries, file.disabled) = decoder.postgresExporterFormat(root)
      }
    }
    file.isFaulty = diagnostics.count > before
    return file
  }

  /// Reads several files, expanding patterns, and checks that the metrics of all queries agree.
  package static func read(
    _ references: [Reference], builtIn selection: PostgresSelection = PostgresSelection(),
    diagnostics: ConfigDiagnostics
  ) -> [CustomQueriesFile] {
    var labels: [String: (labels: Set<String>, type: MetricType, query: String)] = [:]
    return references.flatMap(\.files).map { reference in
      var file = read(reference, builtIn: selection, diagnostics: diagnostics)
      for index in file.queries.indices {
        let query = file.queries[index]
        file.queries[index].metrics.removeAll { metric in
          let mine = Set(metric.labelNames)
          guard let known = labels[metric.name] else {
            labels[metric.name] = (mine, metric.type, query.name)
            return false
          }
          if known.labels == mine, known.type == metric.type { return false }
          diagnostics.report(
            ConfigError(
              file: file.path, position: nil,
              message: "metric \(metric.name) of query \(query.name) has another type or other"
                + " labels than in query \(known.query)", fix: "give one of them another name"))
          file.isFaulty = true
          return true
        }
      }
      return file
    }
  }

  /// Decodes `postgres: queries:`, a list of files, patterns, or mappings with `file` and
  /// `databases`.
  static func references(in postgres: ConfigMapping, directory: String) -> [Reference] {
    postgres.list("queries").flatMap { entry -> [Reference] in
      var pattern = entry.text
      var databases: [String] = []
      if entry.isMapping,
        let mapping = ConfigMapping(
          entry, context: "a file of queries", diagnostics: postgres.diagnostics)
      {
        pattern = mapping.requiredString("file")
        databases = mapping.strings("databases", orSingle: true)
        mapping.finish()
        guard pattern != nil else { return [] }
      }
      guard let pattern, !pattern.isEmpty else {
        postgres.diagnostics.report(
          entry.error("the entries of \"queries\" in postgres must be files"))
        return []
      }
      let files = FilePattern(pattern)
      return [
        Reference(
          path: files.resolved(in: directory), databases: databases, isPattern: files.hasWildcard)
      ]
    }
  }
}
