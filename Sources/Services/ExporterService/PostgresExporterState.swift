import CollectorCore
import ExporterConfiguration
import ExpositionFormat
import MetricModel
import Synchronization

/// postgres_exporter's metrics about itself, which dashboards query. Its configuration metrics
/// describe the files with custom queries.
final class PostgresExporterState: Collector, Sendable {
  private let state: Mutex<(files: [CustomQueriesFile], goodAt: Timestamp)>

  init(files: [CustomQueriesFile], readAt: Timestamp = .now()) {
    state = Mutex((files, readAt))
  }

  /// Stores the result of a reading of the files.
  func note(_ files: [CustomQueriesFile], readAt: Timestamp = .now()) {
    state.withLock { state in
      state.files = files
      if !files.contains(where: \.isFaulty) { state.goodAt = readAt }
    }
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let (files, goodAt) = state.withLock { $0 }
    buffer.family(
      "postgres_exporter_build_info", .gauge,
      "1 with the version of the program that stands in for postgres_exporter.",
      labels: ["version"])
    buffer.add(1, "tocsin \(TocsinVersion.current)")
    let isFaulty = files.contains(where: \.isFaulty)
    buffer.gauge(
      "postgres_exporter_config_last_reload_successful",
      "Whether the files with custom queries were read without a mistake.", isFaulty ? 0 : 1)
    buffer.gauge(
      "postgres_exporter_config_last_reload_success_timestamp_seconds",
      "Unix time at which the files with custom queries were read without a mistake.",
      goodAt.seconds)
    guard !files.isEmpty else { return }
    buffer.family(
      "pg_exporter_user_queries_load_error", .gauge,
      "Whether the user queries file was loaded and parsed successfully (1 for error, 0 for success).",
      labels: ["filename", "hashsum"])
    for file in files { buffer.add(file.isFaulty ? 1 : 0, file.path, file.hash) }
  }
}
