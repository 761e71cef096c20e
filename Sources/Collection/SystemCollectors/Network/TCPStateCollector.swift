import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// TCP connections by state, from /proc/net/tcp and tcp6. Costly on machines with very many of
/// them.
struct TCPStateCollector: Collector {
  let proc: ProcRoot

  /// The states by the kernel's numbers, from 1.
  private static let states = [
    "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait", "close",
    "close_wait", "last_ack", "listen", "closing",
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    var counts = [Int](repeating: 0, count: Self.states.count)
    var queues: (received: UInt64, sent: UInt64) = (0, 0)
    let four = try proc.readIfPresent("net/tcp")
    try count(four.span, "net/tcp", &counts, &queues)
    // A kernel without IPv6 has no second file.
    if let six = try? proc.read("net/tcp6") {
      try count(six.span, "net/tcp6", &counts, &queues)
    }
    buffer.family(
      "node_tcp_connection_states", .gauge, "Connections by state; bytes for the two queues.",
      labels: ["state"])
    for (state, count) in zip(Self.states, counts) where count > 0 {
      buffer.add(Double(count), state)
    }
    buffer.add(Double(queues.received), "rx_queued_bytes")
    buffer.add(Double(queues.sent), "tx_queued_bytes")
  }

  private func count(
    _ bytes: Span<UInt8>, _ file: String, _ counts: inout [Int],
    _ queues: inout (received: UInt64, sent: UInt64)
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: file)
    while var line = lines.nextLine() {
      if lines.lineNumber == 1 { continue }
      guard line.skipField() else { continue }
      guard line.skipField(), line.skipField(), let state = line.nextField()?.hexadecimal,
        var pair = line.nextField()
      else { throw line.error("a column is missing") }
      // State 12 is a request that is not yet a connection.
      if state >= 1, state <= counts.count { counts[Int(state) - 1] += 1 }
      guard let colon = pair.firstIndex(of: ":"),
        let sent = pair.extracting(first: colon).hexadecimal
      else { throw line.error("the queues should be two hexadecimal numbers") }
      pair = pair.extracting(droppingFirst: colon + 1)
      guard let received = pair.hexadecimal else {
        throw line.error("the queues should be two hexadecimal numbers")
      }
      queues.sent += sent
      queues.received += received
    }
  }
}
