import CollectorCore
import MetricModel

/// Settings and state of the network devices, from /sys/class/net.
struct NetworkClassCollector: Collector {
  private let proc: ProcRoot
  private let filter: NameFilter
  private let ignoresInvalidSpeed: Bool

  init(_ context: SystemContext) {
    proc = context.proc
    filter = context.patterns.networkClassDevices
    ignoresInvalidSpeed = context.ignoresInvalidSpeed
  }

  private typealias Column = (file: String, name: String, type: MetricType, help: String)

  private static let columns: [Column] = [
    ("addr_assign_type", "address_assign_type", .gauge, "How the address was given."),
    ("carrier", "carrier", .gauge, "Whether there is a carrier."),
    ("carrier_changes", "carrier_changes_total", .counter, "Changes of the carrier."),
    ("carrier_up_count", "carrier_up_changes_total", .counter, "Times the carrier came."),
    ("carrier_down_count", "carrier_down_changes_total", .counter, "Times the carrier went."),
    ("dev_id", "device_id", .gauge, "Number among devices that share an address."),
    ("dormant", "dormant", .gauge, "Whether the device waits for something outside."),
    ("flags", "flags", .gauge, "The kernel's flags."),
    ("ifindex", "iface_id", .gauge, "The device's index."),
    ("iflink", "iface_link", .gauge, "Index of the device below."),
    ("link_mode", "iface_link_mode", .gauge, "The link mode."),
    ("mtu", "mtu_bytes", .gauge, "Largest packet."),
    ("name_assign_type", "name_assign_type", .gauge, "How the name was given."),
    ("netdev_group", "net_dev_group", .gauge, "The device's group."),
    ("speed", "speed_bytes", .gauge, "Speed of the link in bytes per second."),
    ("tx_queue_len", "transmit_queue_length", .gauge, "Length of the send queue."),
    ("type", "protocol_type", .gauge, "The kind of hardware."),
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let families = Self.columns.map {
      buffer.family("node_network_\($0.name)", $0.type, $0.help, labels: ["device"])
    }
    let up = buffer.family(
      "node_network_up", .gauge, "Whether the device's state is \"up\".", labels: ["device"])
    let info = buffer.family(
      "node_network_info", .gauge, "The device's addresses and states; the value is always 1.",
      labels: ["device", "address", "broadcast", "duplex", "operstate", "adminstate", "ifalias"])
    var found = false
    for device in try proc.sysNames("class/net") where filter.shows(device) {
      let directory = "class/net/\(device)"
      // bonding_masters and its like are files, not devices.
      guard let state = proc.sysLine("\(directory)/operstate") else { continue }
      found = true
      for (column, family) in zip(Self.columns, families) {
        // A device that is down refuses some of its files: no figure then.
        guard let value = number("\(directory)/\(column.file)") else { continue }
        if column.file == "speed", value < 0, ignoresInvalidSpeed { continue }
        buffer.add(column.file == "speed" ? value * 125_000 : value, device, to: family)
      }
      buffer.add(state == "up" ? 1 : 0, device, to: up)
      buffer.add(1, values: labels(device, directory, state), to: info)
    }
    guard found else { throw NoData("there is no network device") }
  }

  private func labels(_ device: String, _ directory: String, _ state: String) -> [String] {
    let flags = number("\(directory)/flags")
    let isUp = flags.map { UInt64($0) & 1 == 1 }
    return [
      device, proc.sysLine("\(directory)/address") ?? "",
      proc.sysLine("\(directory)/broadcast") ?? "", proc.sysLine("\(directory)/duplex") ?? "",
      state, isUp.map { $0 ? "up" : "down" } ?? "unknown",
      proc.sysLine("\(directory)/ifalias") ?? "",
    ]
  }

  /// The number in a file, decimal or `0x` hexadecimal.
  private func number(_ path: String) -> Double? {
    guard let file = try? proc.readSys(path) else { return nil }
    let text = file.span.trimmed
    if text.starts(with: "0x") {
      return text.extracting(droppingFirst: 2).hexadecimal.map { Double($0) }
    }
    return text.signed.map { Double($0) }
  }
}
