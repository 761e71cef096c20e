/// A part of a process that writes its own metrics into the `/metrics` of that process; usually a
/// snapshot of its counters.
package protocol MetricSource: Sendable {
  /// Writes all families with their samples.
  func writeMetrics(into buffer: inout FamilyBuffer)
}
