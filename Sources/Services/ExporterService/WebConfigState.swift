import CollectorCore
import ExpositionFormat
import WebSecurity

/// A metric that says whether the current content of the file of `--web.config.file` is in force.
struct WebConfigState: Collector {
  private let config: WebConfig

  init(_ config: WebConfig) {
    self.config = config
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    config.writeMetrics(into: &buffer)
  }
}
