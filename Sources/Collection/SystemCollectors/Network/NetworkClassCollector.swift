import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Settings and state of the network devices, from /sys/class/net.
struct NetworkClassCollector: RememberingCollector {
  private let filter: NameFilter
  private let ignoresInvalidSpeed: Bool
  private var files: SmallFiles
  private var list = NameList()
  private var devices = ShownNames()

  init(_ context: SystemContext) {
    files = SmallFiles(root: context.proc.sys)
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
  private static let names = columns.map { "node_network_\($0.name)" }
  private static let place = "class/net"

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    _ = try files.lists(&list, Self.place)
    devices.update(list, filter.shows)
    let families = zip(Self.columns, Self.names).map {
      buffer.family($1, $0.type, $0.help, labels: ["device"])
    }
    let up = buffer.family(
      "node_network_up", .gauge, "Whether the device's state is \"up\".", labels: ["device"])
    let info = buffer.family(
      "node_network_info", .gauge, "The device's addresses and states; the value is always 1.",
      labels: ["device", "address", "broadcast", "duplex", "operstate", "adminstate", "ifalias"])
    var found = false
    for device in devices.names {
      // bonding_masters and similar entries are files, not devices. The kernel's names of states
      // are short enough to need no heap allocation.
      guard let state = files.line(Self.place, device, "operstate") else { continue }
      found = true
      let flags = addNumbers(of: device, families, to: &buffer)
      buffer.add(state == "up" ? 1 : 0, device, to: up)
      buffer.beginSample()
      buffer.label(device)
      files.addLabel(to: &buffer, Self.place, device, "address")
      files.addLabel(to: &buffer, Self.place, device, "broadcast")
      files.addLabel(to: &buffer, Self.place, device, "duplex")
      buffer.label(state)
      buffer.label(flags.map { $0 & 1 == 1 ? "up" : "down" } ?? "unknown")
      files.addLabel(to: &buffer, Self.place, device, "ifalias")
      buffer.endSample(1, to: info)
    }
    guard found else { throw NoData("there is no network device") }
  }

  /// Adds the numbers and returns the device's flags. A device that is down refuses some of its
  /// files; their samples are left out.
  private mutating func addNumbers(
    of device: String, _ families: [FamilyBuffer.FamilyID], to buffer: inout FamilyBuffer
  ) -> UInt64? {
    var flags: UInt64?
    for (column, family) in zip(Self.columns, families) {
      guard let value = files.number(Self.place, device, column.file) else { continue }
      if column.file == "flags" { flags = UInt64(exactly: value) }
      guard column.file == "speed" else {
        buffer.add(value, device, to: family)
        continue
      }
      if value < 0, ignoresInvalidSpeed { continue }
      buffer.add(value * 125_000, device, to: family)
    }
    return flags
  }
}
