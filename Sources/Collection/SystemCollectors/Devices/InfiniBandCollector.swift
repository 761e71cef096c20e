import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// InfiniBand and RoCE adapters, from /sys/class/infiniband.
struct InfiniBandCollector: RememberingCollector {
  private let filter: NameFilter
  private var files: SmallFiles
  private var list = NameList()
  private var devices = ShownNames()
  private var ports: [String: NameList] = [:]

  init(_ context: SystemContext) {
    files = SmallFiles(root: context.proc.sys)
    filter = context.patterns.infiniBandDevices
  }

  private typealias Column = (file: String, name: String, factor: Double, help: String)

  /// Data is counted in words of four bytes, one for each lane.
  private static let counters: [Column] = [
    ("counters/link_downed", "link_downed", 1, "Times the link failed and went down."),
    ("counters/link_error_recovery", "link_error_recovery", 1, "Times the link recovered."),
    (
      "counters/multicast_rcv_packets", "multicast_packets_received", 1,
      "Multicast packets received."
    ),
    (
      "counters/multicast_xmit_packets", "multicast_packets_transmitted", 1,
      "Multicast packets sent."
    ),
    (
      "counters/port_rcv_constraint_errors", "port_constraint_errors_received", 1,
      "Packets received and dropped by rules of the switch."
    ),
    (
      "counters/port_xmit_constraint_errors", "port_constraint_errors_transmitted", 1,
      "Packets not sent because of rules of the switch."
    ),
    ("counters/port_rcv_data", "port_data_received_bytes", 4, "Bytes received."),
    ("counters/port_xmit_data", "port_data_transmitted_bytes", 4, "Bytes sent."),
    (
      "counters/port_rcv_discards", "port_discards_received", 1,
      "Packets received and dropped because the port is down or busy."
    ),
    (
      "counters/port_xmit_discards", "port_discards_transmitted", 1,
      "Packets not sent because the port is down or busy."
    ),
    ("counters/port_rcv_errors", "port_errors_received", 1, "Packets received with errors."),
    ("counters/port_rcv_packets", "port_packets_received", 1, "Packets received."),
    ("counters/port_xmit_packets", "port_packets_transmitted", 1, "Packets sent."),
    (
      "counters/port_xmit_wait", "port_transmit_wait", 1,
      "Ticks in which the port had data and could not send."
    ),
    (
      "counters/unicast_rcv_packets", "unicast_packets_received", 1, "Unicast packets received."
    ),
    ("counters/unicast_xmit_packets", "unicast_packets_transmitted", 1, "Unicast packets sent."),
    (
      "counters_ext/port_multicast_rcv_packets", "legacy_multicast_packets_received", 1,
      "Multicast packets received, extended counter."
    ),
    (
      "counters_ext/port_multicast_xmit_packets", "legacy_multicast_packets_transmitted", 1,
      "Multicast packets sent, extended counter."
    ),
    (
      "counters_ext/port_rcv_data_64", "legacy_data_received_bytes", 4,
      "Bytes received, extended counter."
    ),
    (
      "counters_ext/port_rcv_packets_64", "legacy_packets_received", 1,
      "Packets received, extended counter."
    ),
    (
      "counters_ext/port_unicast_rcv_packets", "legacy_unicast_packets_received", 1,
      "Unicast packets received, extended counter."
    ),
    (
      "counters_ext/port_unicast_xmit_packets", "legacy_unicast_packets_transmitted", 1,
      "Unicast packets sent, extended counter."
    ),
    (
      "counters_ext/port_xmit_data_64", "legacy_data_transmitted_bytes", 4,
      "Bytes sent, extended counter."
    ),
    (
      "counters_ext/port_xmit_packets_64", "legacy_packets_transmitted", 1,
      "Packets sent, extended counter."
    ),
  ]

  private static let place = "class/infiniband"

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    devices.update(list, filter.shows)
    let labels = ["device", "port"]
    let info = buffer.family(
      "node_infiniband_info", .gauge, "The adapter's board and firmware; the value is always 1.",
      labels: ["board_id", "device", "firmware_version", "hca_type"])
    let state = buffer.family(
      "node_infiniband_state_id", .gauge,
      "State of the port: 1 down, 2 initialising, 3 armed, 4 active.", labels: labels)
    let physical = buffer.family(
      "node_infiniband_physical_state_id", .gauge, "Physical state of the port: 5 is up.",
      labels: labels)
    let rate = buffer.family(
      "node_infiniband_rate_bytes_per_second", .gauge, "Greatest speed of the port.",
      labels: labels)
    let counters = Self.counters.map {
      buffer.family("node_infiniband_\($0.name)_total", .counter, $0.help, labels: labels)
    }
    for device in devices.names {
      buffer.beginSample()
      files.addLabel(to: &buffer, Self.place, device, "board_id")
      buffer.label(device)
      files.addLabel(to: &buffer, Self.place, device, "fw_ver")
      files.addLabel(to: &buffer, Self.place, device, "hca_type")
      buffer.endSample(1, to: info)
      _ = try files.lists(&ports[device, default: NameList()], Self.place, device, "ports")
      for port in ports[device]?.names ?? [] {
        if let id = leadingNumber(device, port, "state") { buffer.add(id, device, port, to: state) }
        if let id = leadingNumber(device, port, "phys_state") {
          buffer.add(id, device, port, to: physical)
        }
        // "40 Gb/sec (4X QDR)"
        if let gigabits = leadingNumber(device, port, "rate") {
          buffer.add(gigabits * 125_000_000, device, port, to: rate)
        }
        for (counter, family) in zip(Self.counters, counters) {
          // "N/A (no PMA)" where the adapter does not provide the count.
          guard let value = files.number(Self.place, device, "ports", port, counter.file) else {
            continue
          }
          buffer.add(value * counter.factor, device, port, to: family)
        }
      }
    }
  }

  /// The number at the beginning of `4: ACTIVE` or `2.5 Gb/sec`.
  private mutating func leadingNumber(
    _ device: String, _ port: String, _ file: String
  ) -> Double? {
    guard files.reads(Self.place, device, "ports", port, file) else { return nil }
    var line = ByteScanner(files.text, file: file)
    guard let field = line.nextField() else { return nil }
    let hasColon = field.count > 0 && field[field.count - 1] == UInt8(ascii: ":")
    return field.extracting(droppingLast: hasColon ? 1 : 0).decimal
  }
}
