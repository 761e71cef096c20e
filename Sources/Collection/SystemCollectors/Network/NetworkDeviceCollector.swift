import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Traffic of the network devices, from /proc/net/dev.
struct NetworkDeviceCollector: RememberingCollector {
  private let filter: NameFilter
  private let path: String
  private let labelsAliases: Bool
  private let detailed: DetailedNetworkTraffic?
  private let addresses: (@Sendable () throws -> [InterfaceAddress])?
  private var table = ReadBuffer()
  private var files: SmallFiles

  init(
    _ context: SystemContext,
    addresses: @escaping @Sendable () throws -> [InterfaceAddress] = { try InterfaceAddress.all() }
  ) {
    path = context.proc.proc + "/net/dev"
    files = SmallFiles(root: context.proc.sys)
    filter = context.patterns.networkDevices
    labelsAliases = context.labelsNetworkAliases
    detailed = context.detailsNetworkTraffic ? DetailedNetworkTraffic() : nil
    self.addresses = context.showsNetworkAddresses ? addresses : nil
  }

  /// The columns in the kernel's order. The kernel adds related counts into them: missed frames
  /// into drops, and all kinds of frame errors and of carrier errors.
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
  private static let plainLabels = ["device"]
  private static let aliasLabels = ["device", "ifalias"]

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    var table = self.table.taken()
    defer { self.table = table }
    try table.read(path: path)
    try table.checkEnd("net/dev")
    let labels = labelsAliases ? Self.aliasLabels : Self.plainLabels
    let families =
      detailed == nil
      ? Self.names.map { buffer.family($0.0, .counter, $0.1, labels: labels) }
      : DetailedNetworkTraffic.families(in: &buffer, labels: labels)
    let unhandled = buffer.family(
      "node_network_receive_nohandler_total", .counter,
      "Received packets that no protocol wanted.", labels: labels)
    var lines = ByteScanner(table.span, file: "net/dev")
    while var line = lines.nextLine() {
      // The first two lines are headings.
      if lines.lineNumber <= 2 { continue }
      guard let name = line.text(before: ":")?.trimmed.text else {
        throw line.error("a device and a colon are missing")
      }
      guard filter.shows(name) else { continue }
      let alias = labelsAliases ? files.line("class/net", name, "ifalias") ?? "" : nil
      for (index, family) in families.enumerated() {
        let value: Double
        if detailed == nil {
          value = Double(try line.unsigned(Self.columns[index].0))
        } else {
          let file = DetailedNetworkTraffic.columns[index].file
          guard let count = files.number("class/net", name, "statistics", file) else { continue }
          value = count
        }
        Self.add(value, name, alias, family, &buffer)
      }
      if let count = files.number("class/net", name, "statistics", "rx_nohandler") {
        Self.add(count, name, alias, unhandled, &buffer)
      }
    }
    guard lines.lineNumber >= 2 else { throw lines.error("the headings are missing") }
    try addAddresses(to: &buffer)
  }

  private static func add(
    _ value: Double, _ device: String, _ alias: String?, _ family: FamilyBuffer.FamilyID,
    _ buffer: inout FamilyBuffer
  ) {
    if let alias {
      buffer.add(value, device, alias, to: family)
    } else {
      buffer.add(value, device, to: family)
    }
  }

  private func addAddresses(to buffer: inout FamilyBuffer) throws {
    guard let addresses else { return }
    buffer.family(
      "node_network_address_info", .gauge, "An address of the device; the value is always 1.",
      labels: ["address", "device", "netmask", "scope"])
    for each in try addresses() where filter.shows(each.device) {
      buffer.add(
        1, values: [each.address, each.device, String(each.prefixLength), each.scope.rawValue])
    }
  }
}

/// The kernel's own counters of network traffic, from /sys/class/net/*/statistics, under names that
/// distinguish errors.
struct DetailedNetworkTraffic: Sendable {
  typealias Column = (file: String, name: String)

  static let columns: [Column] = [
    ("rx_bytes", "receive_bytes"), ("rx_packets", "receive_packets"),
    ("rx_errors", "receive_errors"), ("rx_dropped", "receive_dropped"),
    ("rx_missed_errors", "receive_missed_errors"), ("rx_fifo_errors", "receive_fifo_errors"),
    ("rx_frame_errors", "receive_frame_errors"), ("rx_length_errors", "receive_length_errors"),
    ("rx_over_errors", "receive_over_errors"), ("rx_crc_errors", "receive_crc_errors"),
    ("rx_compressed", "receive_compressed"), ("multicast", "multicast"),
    ("tx_bytes", "transmit_bytes"), ("tx_packets", "transmit_packets"),
    ("tx_errors", "transmit_errors"), ("tx_dropped", "transmit_dropped"),
    ("tx_fifo_errors", "transmit_fifo_errors"), ("collisions", "collisions"),
    ("tx_carrier_errors", "transmit_carrier_errors"),
    ("tx_aborted_errors", "transmit_aborted_errors"),
    ("tx_heartbeat_errors", "transmit_heartbeat_errors"),
    ("tx_window_errors", "transmit_window_errors"), ("tx_compressed", "transmit_compressed"),
  ]
  private static let names = columns.map { "node_network_\($0.name)_total" }

  static func families(
    in buffer: inout FamilyBuffer, labels: [String]
  ) -> [FamilyBuffer.FamilyID] {
    zip(columns, names).map {
      buffer.family($1, .counter, "The device's counter \($0.file).", labels: labels)
    }
  }
}
