import SystemAccess
import CollectorCore

/// An address of a network device.
struct InterfaceAddress: Equatable, Sendable {
  /// The scope of the address.
  enum Scope: String, Sendable {
    case linkLocal = "link-local"
    case global
    case none = ""
  }

  let device: String
  let address: String
  let prefixLength: Int
  let scope: Scope

  /// Reads the addresses from the kernel.
  static func all() throws -> [InterfaceAddress] {
    let links = try NetlinkDump.read(.links)
    let addresses = try NetlinkDump.read(.addresses)
    return parse(addresses.span, devices: NetworkLinks.parse(links.span))
  }

  /// Reads `struct ifaddrmsg` (family, prefix length, flags, scope, index of the device) and its
  /// attributes: 1 is the address or, on a point-to-point link, that of the other end; 2 is the
  /// local address.
  static func parse(_ bytes: Span<UInt8>, devices: [UInt32: String]) -> [InterfaceAddress] {
    var found: [InterfaceAddress] = []
    var messages = NetlinkMessages(bytes)
    while let message = messages.next() {
      guard message.kind == 20, message.body.count >= 8,
        let device = devices[message.body.number32(at: 4)]
      else { continue }
      var address: [UInt8] = []
      var attributes = NetlinkAttributes(message.body, after: 8)
      while let attribute = attributes.next() {
        if attribute.kind == 2 || (attribute.kind == 1 && address.isEmpty) {
          address = attribute.value.array
        }
      }
      guard let text = IPText.text(address) else { continue }
      found.append(
        InterfaceAddress(
          device: device, address: text, prefixLength: Int(message.body[1]),
          scope: scope(of: address)))
    }
    return found
  }

  private static func scope(of address: [UInt8]) -> Scope {
    let isFour = address.count == 4
    if isFour, address[0] == 127 || (address[0] == 169 && address[1] == 254) { return .linkLocal }
    if isFour {
      return address[0] & 0xF0 == 0xE0 || address.allSatisfy { $0 == 0 } ? .none : .global
    }
    if address.dropLast().allSatisfy({ $0 == 0 }) { return address.last == 1 ? .linkLocal : .none }
    if address[0] == 0xFE, address[1] & 0xC0 == 0x80 { return .linkLocal }
    return address[0] == 0xFF ? .none : .global
  }
}

/// The names of the network devices by their index.
enum NetworkLinks {
  /// Reads `struct ifinfomsg` (index at byte 4, 16 bytes in all) and its attribute 3, the name.
  static func parse(_ bytes: Span<UInt8>) -> [UInt32: String] {
    var names: [UInt32: String] = [:]
    var messages = NetlinkMessages(bytes)
    while let message = messages.next() {
      guard message.kind == 16, message.body.count >= 16 else { continue }
      var attributes = NetlinkAttributes(message.body, after: 16)
      while let attribute = attributes.next() {
        guard attribute.kind == 3, attribute.value.count > 1 else { continue }
        names[message.body.number32(at: 4)] = attribute.value.extracting(droppingLast: 1).text
      }
    }
    return names
  }
}

/// Internet addresses as text.
enum IPText {
  /// The text of 4 bytes, or of 16 in the form of RFC 5952; nil for any other number of bytes.
  static func text(_ address: [UInt8]) -> String? {
    if address.count == 4 { return address.map { String($0) }.joined(separator: ".") }
    guard address.count == 16 else { return nil }
    let groups = stride(from: 0, to: 16, by: 2).map {
      String(UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]), radix: 16)
    }
    return IPv6Text.compressed(groups.joined(separator: ":"))
  }
}
