private import CLinux
private import Glibc

/// What the driver of a network device reports. The corresponding program is ethtool(8).
package struct EthernetDevice: Sendable, Equatable {
  /// Names of the driver and its versions.
  package struct Driver: Sendable, Equatable {
    package var name, version, firmware, bus, expansion: String

    package init(name: String, version: String, firmware: String, bus: String, expansion: String) {
      self.name = name
      self.version = version
      self.firmware = firmware
      self.bus = bus
      self.expansion = expansion
    }
  }

  /// The link modes that the device supports and those that it advertises, one bit per mode.
  package struct Link: Sendable, Equatable {
    package var supported, advertised: UInt32
    package var isNegotiated: Bool

    package init(supported: UInt32, advertised: UInt32, isNegotiated: Bool) {
      self.supported = supported
      self.advertised = advertised
      self.isNegotiated = isNegotiated
    }
  }

  package var driver: Driver?
  package var link: Link?
  /// The driver's counters with their names, in the driver's order.
  package var counters: [(name: String, value: UInt64)] = []

  package init() {}

  package static func == (left: EthernetDevice, right: EthernetDevice) -> Bool {
    left.driver == right.driver && left.link == right.link
      && left.counters.elementsEqual(right.counters) { $0 == $1 }
  }

  /// Reads the driver's reports; those that it does not support are absent.
  package static func read(_ device: String) throws(SystemError) -> EthernetDevice {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError(call: "socket", code: errno) }
    defer { close(descriptor) }
    var result = EthernetDevice()
    // struct ethtool_cmd: request, supported, advertised, speed, duplex, port, address,
    // transceiver, negotiation.
    if let answer = ask(descriptor, device, request: 0x1, size: 44) {
      result.link = Link(
        supported: answer.span.number32(at: 4), advertised: answer.span.number32(at: 8),
        isNegotiated: answer[18] != 0)
    }
    // struct ethtool_drvinfo: request, five texts of 32 bytes, 12 bytes, then counts of flags and
    // statistics.
    guard let answer = ask(descriptor, device, request: 0x3, size: 196) else { return result }
    func text(_ place: Int) -> String {
      answer.span.extracting(place..<(place + 32)).untilZero.text
    }
    result.driver = Driver(
      name: text(4), version: text(36), firmware: text(68), bus: text(100), expansion: text(132))
    let count = Int(answer.span.number32(at: 180))
    guard count > 0, count <= counterLimit,
      let names = ask(
        descriptor, device, request: 0x1B, size: 12 + count * 32, set: 1, count: count),
      let values = ask(descriptor, device, request: 0x1D, size: 8 + count * 8, set: UInt32(count))
    else { return result }
    for index in 0..<count {
      let place = 12 + index * 32
      result.counters.append(
        (
          names.span.extracting(place..<(place + 32)).untilZero.text,
          values.span.number64(at: 8 + index * 8)
        ))
    }
    return result
  }

  /// The maximum number of counters of one device.
  package static let counterLimit = 10_000

  /// Sends a request of a size in bytes and returns it with the driver's answer. Returns nil if the
  /// driver does not support it.
  private static func ask(
    _ descriptor: Int32, _ device: String, request: UInt32, size: Int, set: UInt32 = 0,
    count: Int = 0
  ) -> [UInt8]? {
    var message = [UInt8](repeating: 0, count: size)
    for (place, number) in [(0, request), (4, set), (8, UInt32(count))] where place + 4 <= size {
      for byte in 0..<4 {
        message[place + byte] = UInt8(truncatingIfNeeded: number >> (8 * UInt32(byte)))
      }
    }
    let status = unsafe message.withUnsafeMutableBytes { bytes in
      unsafe tocsin_ethtool(descriptor, device, bytes.baseAddress)
    }
    return status == 0 ? message : nil
  }
}

extension Span<UInt8> {
  /// The bytes before the first zero.
  fileprivate var untilZero: Span<UInt8> {
    @_lifetime(copy self)
    get {
      var end = 0
      while end < count, self[end] != 0 { end += 1 }
      return extracting(first: end)
    }
  }
}
