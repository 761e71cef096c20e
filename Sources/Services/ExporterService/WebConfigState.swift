import CollectorCore
import WebSecurity

/// Whether the file of `--web.config.file` is in force as it stands.
struct WebConfigState: Collector {
  private let config: WebConfig

  init(_ config: WebConfig) {
    self.config = config
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    buffer.gauge(WebConfig.metric.name, WebConfig.metric.help, config.isCurrent ? 1 : 0)
  }
}
