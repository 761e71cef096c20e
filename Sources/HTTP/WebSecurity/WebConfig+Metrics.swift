package import ExpositionFormat

extension WebConfig: MetricSource {
  package func writeMetrics(into buffer: inout FamilyBuffer) {
    buffer.gauge(
      "tocsin_web_config_last_reload_successful",
      "Whether the file of --web.config.file is in force as it stands.", isCurrent ? 1 : 0)
  }
}
