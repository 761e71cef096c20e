package import ExpositionFormat
package import SQLiteStorage

/// The metrics of `remote_write`, summed over all destinations.
package struct SendMetrics: MetricSource {
  private let sent: SentCounts
  private let queued: ForwardingAppender.QueueingCounts
  private let backlogs: [String: SendQueue.Backlog]

  package init(
    sent: SentCounts, queued: ForwardingAppender.QueueingCounts,
    backlogs: [String: SendQueue.Backlog]
  ) {
    self.sent = sent
    self.queued = queued
    self.backlogs = backlogs
  }

  package func writeMetrics(into buffer: inout FamilyBuffer) {
    buffer.counter(
      "tocsin_remote_write_sent_samples_total", "Samples that arrived at a destination.",
      Double(sent.sent))
    buffer.counter(
      "tocsin_remote_write_dropped_samples_total",
      "Samples that a destination refused for good.", Double(sent.dropped))
    buffer.counter(
      "tocsin_remote_write_retries_total", "Requests that failed and were tried again.",
      Double(sent.retries))
    buffer.counter(
      "tocsin_remote_write_lost_samples_total", "Samples that could not be put into the queue.",
      Double(queued.notQueued))
    buffer.counter(
      "tocsin_remote_write_expired_samples_total",
      "Samples that were dropped from the queue because of its limits of bytes and age.",
      Double(queued.expired))
    buffer.gauge(
      "tocsin_remote_write_queue_samples", "Samples that wait to be sent.",
      Double(backlogs.values.reduce(0) { $0 + $1.samples }))
    buffer.gauge(
      "tocsin_remote_write_queue_bytes", "Bytes of the messages that wait to be sent.",
      Double(backlogs.values.reduce(0) { $0 + $1.bytes }))
  }
}
