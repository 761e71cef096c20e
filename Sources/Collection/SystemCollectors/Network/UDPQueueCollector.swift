import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Bytes in the queues of UDP sockets, from /proc/net/udp and udp6.
struct UDPQueueCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    buffer.family(
      "node_udp_queues", .gauge, "Bytes that wait in the queues of UDP sockets.",
      labels: ["queue", "ip"])
    for (path, version) in [("net/udp", "v4"), ("net/udp6", "v6")] {
      guard let file = try? proc.read(path) else { continue }
      let (sending, receiving) = try Self.sums(file.span, path: path)
      buffer.add(Double(sending), "tx", version)
      buffer.add(Double(receiving), "rx", version)
    }
    guard buffer.sampleCount > 0 else { throw NoData("no list of UDP sockets") }
  }

  /// Adds up the fifth column, `tx:rx` in hexadecimal.
  static func sums(
    _ bytes: Span<UInt8>, path: String
  ) throws(FormatError) -> (sending: UInt64, receiving: UInt64) {
    var sums: (sending: UInt64, receiving: UInt64) = (0, 0)
    var lines = ByteScanner(bytes, file: path)
    while var line = lines.nextLine() {
      if lines.lineNumber == 1 { continue }
      for _ in 0..<4 { line.skipField() }
      guard let queues = line.nextField(), let colon = queues.firstIndex(of: ":"),
        let sending = queues.extracting(first: colon).hexadecimal,
        let receiving = queues.extracting(droppingFirst: colon + 1).hexadecimal
      else { throw line.error("the queue lengths are missing") }
      sums.sending &+= sending
      sums.receiving &+= receiving
    }
    return sums
  }
}
