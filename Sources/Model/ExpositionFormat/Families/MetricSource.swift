/// A part of a process that writes its own metrics into the `/metrics` of that process: a snapshot of its counters, as a rule.
package protocol MetricSource: Sendable {
  /// Writes all families with their samples.
  func writeMetrics(into buffer: inout FamilyBuffer)
}
