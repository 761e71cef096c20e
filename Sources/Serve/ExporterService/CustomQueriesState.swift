import CollectorCore
import MetricModel

/// Whether the files with custom queries could be read, under postgres_exporter's name.
struct CustomQueriesState: Collector {
  let files: [CustomQueriesFile]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    buffer.family(
      "pg_exporter_user_queries_load_error", .gauge,
      "Whether the user queries file was loaded and parsed successfully (1 for error, 0 for success).",
      labels: ["filename", "hashsum"])
    for file in files { buffer.add(file.isFaulty ? 1 : 0, file.path, file.hash) }
  }
}
