import CollectorCore
import MetricModel

/// Traffic of the network devices, from /proc/net/dev.
struct NetworkDeviceCollector: Collector {
  private let proc: ProcRoot
  private let filter: NameFilter

  init(_ context: SystemContext) {
    proc = context.proc
    filter = context.patterns.networkDevices
  }

  /// The columns in the kernel's order. The kernel has summed up there what the older names mean:
  /// drops with missed frames, frame errors of all kinds, carrier errors of all kinds.
  private static let columns = [
    ("receive_bytes", "Bytes received."),
    ("receive_packets", "Packets received."),
    ("receive_errs", "Receive errors."),
    ("receive_drop", "Received packets that were dropped or missed."),
    ("receive_fifo", "Receive queue overruns."),
    ("receive_frame", "Received frames with errors of length, checksum or alignment."),
    ("receive_compressed", "Compressed packets received."),
    ("receive_multicast", "Multicast packets received."),
    ("transmit_bytes", "Bytes sent."),
    ("transmit_packets", "Packets sent."),
    ("transmit_errs", "Send errors."),
    ("transmit_drop", "Packets to send that were dropped."),
    ("transmit_fifo", "Send queue overruns."),
    ("transmit_colls", "Collisions."),
    ("transmit_carrier", "Packets that were not sent for want of a carrier and the like."),
    ("transmit_compressed", "Compressed packets sent."),
  ]
  private static let names = columns.map { ("node_network_\($0.0)_total", $0.1) }
  private static let labels = ["device"]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.read("net/dev")
    let families = Self.names.map {
      buffer.family($0.0, .counter, $0.1, labels: Self.labels)
    }
    let unhandled = buffer.family(
      "node_network_receive_nohandler_total", .counter,
      "Received packets that no protocol wanted.", labels: Self.labels)
    var lines = ByteScanner(file.span, file: "net/dev")
    while var line = lines.nextLine() {
      // Two lines of headings.
      if lines.lineNumber <= 2 { continue }
      guard let name = line.text(before: ":")?.trimmed.text else {
        throw line.error("a device and a colon are missing")
      }
      guard filter.shows(name) else { continue }
      for (index, family) in families.enumerated() {
        buffer.add(Double(try line.unsigned(Self.columns[index].0)), name, to: family)
      }
      let count = proc.sysLine("class/net/\(name)/statistics/rx_nohandler")
      if let count = count.flatMap(UInt64.init) {
        buffer.add(Double(count), name, to: unhandled)
      }
    }
    guard lines.lineNumber >= 2 else { throw lines.error("the headings are missing") }
  }
}
