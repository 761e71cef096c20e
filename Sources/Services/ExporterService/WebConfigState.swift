import CollectorCore
import ExpositionFormat
import WebSecurity

/// Whether the file of `--web.config.file` is in force as it stands.
struct WebConfigState: Collector {
  private let config: WebConfig

  init(_ config: WebConfig) {
    self.config = config
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    config.writeMetrics(into: &buffer)
  }
}
