import ExpositionFormat
import MetricModel

/// The result of one probe.
struct ProbeReading: Sendable {
  /// The failure; nil for success.
  var failure: ProbeFailure?
  var lookup = NameLookup()
  var duration: Duration = .zero
  /// The time-out of the probe.
  var timeout: Duration = .zero
  /// Whether a regular expression caused the failure.
  var isDueToRegex = false
  /// The details of an HTTP probe.
  var http: HTTPReading?

  /// Writes the families with blackbox_exporter's names.
  func write(into buffer: inout FamilyBuffer) {
    buffer.gauge(
      "probe_dns_lookup_time_seconds", "Time the lookup of the target's name took in seconds.",
      lookup.duration.seconds)
    buffer.gauge(
      "probe_duration_seconds", "Time the probe took in seconds.", duration.seconds)
    buffer.gauge(
      "probe_failed_due_to_regex", "1 if a regular expression made the probe fail.",
      isDueToRegex ? 1 : 0)
    buffer.gauge(
      "probe_ip_addr_hash", "Hash of the target's address: changes when the address does.",
      lookup.address.map { Double($0.hash) } ?? 0)
    buffer.gauge(
      "probe_ip_protocol", "4 or 6: the version of the Internet protocol; 0 without an address.",
      lookup.address.map { Double($0.version) } ?? 0)
    buffer.gauge("probe_success", "1 if the target is as it should be.", failure == nil ? 1 : 0)
    buffer.gauge(
      "probe_timeout_seconds", "Time the probe had in seconds.", timeout.seconds)
    http?.write(into: &buffer)
    if let failure {
      buffer.family(
        "tocsin_probe_failure_info", .gauge, "1 with the reason of the probe's failure.",
        labels: ["reason"])
      buffer.add(1, failure.reason.rawValue)
    }
  }
}
