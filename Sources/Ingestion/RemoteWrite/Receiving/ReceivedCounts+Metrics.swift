package import ExpositionFormat

extension ReceivedCounts: MetricSource {
  package func writeMetrics(into buffer: inout FamilyBuffer) {
    buffer.counter(
      "tocsin_remote_write_received_requests_total", "Requests to /api/v1/write.",
      Double(requests))
    buffer.counter(
      "tocsin_remote_write_refused_requests_total",
      "Requests to /api/v1/write of which not everything was stored.", Double(refused))
    buffer.counter(
      "tocsin_remote_write_received_samples_total", "Samples stored from /api/v1/write.",
      Double(samples))
  }
}
