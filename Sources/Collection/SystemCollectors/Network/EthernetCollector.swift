import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel
import PatternMatching
import Synchronization

/// Data from the drivers of network devices, as ethtool(8) shows them: names, link modes, and
/// counters of their own.
///
/// Each device costs four system calls, some of which ask the hardware: off by default.
struct EthernetCollector: Collector {
  private let proc: ProcRoot
  private let filter: NameFilter
  private let shown: RegularExpression
  /// Reads the driver of a device; tests replace it.
  private let read: @Sendable (String) throws -> EthernetDevice

  init(
    _ context: SystemContext,
    read: @escaping @Sendable (String) throws -> EthernetDevice = { try EthernetDevice.read($0) }
  ) {
    proc = context.proc
    filter = context.patterns.ethernetDevices
    shown = context.patterns.ethernetCounters
    self.read = read
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    var found = false
    for name in try proc.sysNames("class/net") where filter.shows(name) {
      // A device may be removed at any moment.
      guard let device = try? read(name) else { continue }
      found = true
      if let link = device.link { addLink(link, name, to: &buffer) }
      if let driver = device.driver {
        buffer.family(
          "node_ethtool_info", .gauge, "The driver and its versions; the value is always 1.",
          labels: [
            "bus_info", "device", "driver", "expansion_rom_version", "firmware_version", "version",
          ])
        buffer.add(
          1,
          values: [
            driver.bus, name, driver.name, driver.expansion, driver.firmware, driver.version,
          ])
      }
      addCounters(device.counters, name, to: &buffer)
    }
    guard found else { throw NoData("there is no network device") }
  }

  private func addCounters(
    _ counters: [(name: String, value: UInt64)], _ device: String, to buffer: inout FamilyBuffer
  ) {
    var values: [String: [UInt64]] = [:]
    for counter in counters {
      let name = Self.metricPart(counter.name)
      guard shown.matches(name) else { continue }
      values[Self.metricName(name), default: []].append(counter.value)
    }
    for (name, values) in values.sorted(by: { $0.key < $1.key }) {
      // Two counters with the same resulting name would be indistinguishable.
      guard values.count == 1 else { continue }
      buffer.family(name, .unknown, "A counter of the device's driver.", labels: ["device"])
      buffer.add(Double(values[0]), device)
    }
  }

  private static func metricPart(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  /// `rx_bytes` is `node_ethtool_received_bytes_total`; those without an established name are
  /// exposed under their own, except for `rx` and `tx`.
  static func metricName(_ name: String) -> String {
    if let agreed = agreedNames[name] { return "node_ethtool_\(agreed)_total" }
    let words = name.lowercased().drop { $0 == "_" }
      .split(separator: "_", omittingEmptySubsequences: false)
      .map { $0 == "rx" ? "received" : $0 == "tx" ? "transmitted" : String($0) }
    return "node_ethtool_\(words.joined(separator: "_"))"
  }

  private static let agreedNames = [
    "rx_bytes": "received_bytes", "rx_dropped": "received_dropped", "rx_errors": "received_errors",
    "rx_packets": "received_packets", "tx_bytes": "transmitted_bytes",
    "tx_errors": "transmitted_errors", "tx_packets": "transmitted_packets",
  ]
}

extension EthernetCollector {
  private func addLink(
    _ link: EthernetDevice.Link, _ device: String, to buffer: inout FamilyBuffer
  ) {
    for (word, modes) in [("supported", link.supported), ("advertised", link.advertised)] {
      buffer.family(
        "node_network_\(word)_speed_bytes", .gauge, "Speeds and duplex modes that are \(word).",
        labels: ["device", "duplex", "mode"])
      for mode in LinkMode.all where modes >> mode.bit & 1 == 1 {
        buffer.add(Double(mode.megabits) * 125_000, device, mode.duplex, mode.name)
      }
      for (bit, name) in [(6, "autonegotiate"), (13, "pause"), (14, "asymmetricpause")] {
        buffer.family(
          "node_network_\(name)_\(word)", .gauge, "Whether \(name) is \(word).", labels: ["device"])
        buffer.add(modes >> UInt32(bit) & 1 == 1 ? 1 : 0, device)
      }
    }
    buffer.family(
      "node_network_supported_port_info", .gauge, "Kinds of ports; the value is always 1.",
      labels: ["device", "type"])
    for (bit, name) in [
      (7, "TP"), (8, "AUI"), (9, "MII"), (10, "FIBRE"), (11, "BNC"), (16, "Backplane"),
    ] where link.supported >> UInt32(bit) & 1 == 1 {
      buffer.add(1, device, name)
    }
    buffer.family(
      "node_network_autonegotiate", .gauge, "Whether the link's speed is negotiated.",
      labels: ["device"])
    buffer.add(link.isNegotiated ? 1 : 0, device)
  }
}

/// A speed and its bit among the kernel's link modes (linux/ethtool.h).
private struct LinkMode {
  let bit: UInt32
  let megabits: Int
  let duplex: String
  let name: String

  init(_ bit: UInt32, _ megabits: Int, _ kind: String, isHalf: Bool = false) {
    self.bit = bit
    self.megabits = megabits
    duplex = isHalf ? "half" : "full"
    name = "\(megabits)base\(kind)"
  }

  static let all = [
    LinkMode(0, 10, "T", isHalf: true), LinkMode(1, 10, "T"), LinkMode(2, 100, "T", isHalf: true),
    LinkMode(3, 100, "T"), LinkMode(4, 1000, "T", isHalf: true), LinkMode(5, 1000, "T"),
    LinkMode(12, 10_000, "T"), LinkMode(17, 1000, "KX"), LinkMode(18, 10_000, "KX4"),
    LinkMode(19, 10_000, "KR"), LinkMode(20, 10_000, "R_FEC"), LinkMode(21, 20_000, "MLD2"),
    LinkMode(22, 20_000, "KR2"), LinkMode(23, 40_000, "KR4"), LinkMode(24, 40_000, "CR4"),
    LinkMode(25, 40_000, "SR4"), LinkMode(26, 40_000, "LR4"), LinkMode(27, 56_000, "KR4"),
    LinkMode(28, 56_000, "CR4"), LinkMode(29, 56_000, "SR4"), LinkMode(30, 56_000, "LR4"),
    LinkMode(31, 25_000, "CR"),
  ]
}
