import ExpositionFormat
import MetricModel

/// The outcome of the last reading of the configuration.
struct ReloadStatus: Sendable, Equatable {
  var succeeded = true
  /// When the configuration in force was read.
  var at = Timestamp(rawValue: 0)
}

extension ReloadStatus: MetricSource {
  func writeMetrics(into buffer: inout FamilyBuffer) {
    buffer.gauge(
      "prometheus_config_last_reload_successful",
      "Whether the last configuration reload attempt was successful.", succeeded ? 1 : 0)
    buffer.gauge(
      "prometheus_config_last_reload_success_timestamp_seconds",
      "Timestamp of the last successful configuration reload.", at.seconds)
  }
}
