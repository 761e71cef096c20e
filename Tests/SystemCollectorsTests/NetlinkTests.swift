import SystemAccess
import CollectorCore
import Testing

@testable import SystemCollectors

/// A message of the routing socket: a header and a body.
private func message(_ kind: UInt16, _ body: [UInt8]) -> [UInt8] {
  let length = UInt32(16 + body.count)
  let padding = (4 - body.count % 4) % 4
  return bytes(length) + bytes(kind) + [2, 0] + bytes(UInt32(1)) + bytes(UInt32(0)) + body
    + [UInt8](repeating: 0, count: padding)
}

private func attribute(_ kind: UInt16, _ value: [UInt8]) -> [UInt8] {
  bytes(UInt16(4 + value.count)) + bytes(kind) + value
    + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
}

private func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}

private func link(_ index: UInt32, _ name: String) -> [UInt8] {
  message(
    16,
    [0, 0, 0, 0] + bytes(index) + [UInt8](repeating: 0, count: 8)
      + attribute(3, Array(name.utf8) + [0]))
}

/// `struct rtmsg` of a family, with the length of the destination, the origin of the route, and its
/// type.
private func route(
  family: UInt8 = 2, length: UInt8 = 0, protocol: UInt8 = 3, type: UInt8 = 1,
  _ attributes: [UInt8]...
) -> [UInt8] {
  message(
    24, [family, length, 0, 0, 254, `protocol`, 0, type, 0, 0, 0, 0] + attributes.flatMap { $0 })
}

private let six: [UInt8] = [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 12)
private let links = link(2, "eth0") + link(3, "eth1") + message(3, [0, 0, 0, 0])
private let routes =
  route(
    attribute(4, bytes(UInt32(2))), attribute(5, [10, 0, 0, 1]), attribute(6, bytes(UInt32(100))))
  + route(
    length: 24, protocol: 2, attribute(1, [10, 0, 0, 0]), attribute(4, bytes(UInt32(2))),
    attribute(7, [10, 0, 0, 5]))
  + route(family: 10, length: 32, protocol: 9, attribute(1, six), attribute(4, bytes(UInt32(3))))
  + route(
    length: 8, protocol: 186, attribute(1, [172, 16, 0, 0]),
    attribute(
      9,
      bytes(UInt16(16)) + [0, 0] + bytes(UInt32(2)) + attribute(5, [10, 0, 0, 2])
        + bytes(UInt16(8)) + [0, 4] + bytes(UInt32(3))))
  // Our own address: type 2 is a local route.
  + route(length: 32, protocol: 2, type: 2, attribute(1, [10, 0, 0, 5]))
  + message(3, [0, 0, 0, 0])

@Test func routesOfBothFamiliesAreShownWithEachOfTheirPaths() async throws {
  let collector = RouteCollector { $0 == .links ? links : routes }
  let shown = try await text(of: collector).text.split(separator: "\n").filter { $0.first != "#" }
  #expect(
    shown == [
      #"node_network_route_info{dest="default",device="eth0",gw="10.0.0.1",priority="100",proto="boot",src="",weight=""} 1"#,
      #"node_network_route_info{dest="10.0.0.0/24",device="eth0",gw="",priority="0",proto="kernel",src="10.0.0.5",weight=""} 1"#,
      #"node_network_route_info{dest="2001:db8::/32",device="eth1",gw="",priority="0",proto="ra",src="",weight=""} 1"#,
      #"node_network_route_info{dest="172.16.0.0/8",device="eth0",gw="10.0.0.2",priority="0",proto="bgp",src="",weight="1"} 1"#,
      #"node_network_route_info{dest="172.16.0.0/8",device="eth1",gw="",priority="0",proto="bgp",src="",weight="5"} 1"#,
      #"node_network_routes{device="eth0"} 3"#,
      #"node_network_routes{device="eth1"} 2"#,
    ])
}

/// However a response is truncated or damaged, parsing ends and returns no more than was there.
@Test func spoiledAnswersOfTheRoutingSocketAreReadSafely() {
  for end in routes.indices {
    let cut = Array(routes[..<end])
    let intact = Route.parse(cut.span)
    #expect(intact.count <= 4)
    var spoiled = routes
    spoiled[end] ^= 0xFF
    let read = Route.parse(spoiled.span)
    #expect(read.count <= routes.count / 16)
    _ = InterfaceAddress.parse(spoiled.span, devices: [2: "eth0"])
    _ = NetworkLinks.parse(spoiled.span)
  }
}

@Test func addressesAreOurOwnWithTheirScope() throws {
  func address(_ family: UInt8, _ length: UInt8, _ attributes: [UInt8]...) -> [UInt8] {
    message(20, [family, length, 0, 0] + bytes(UInt32(2)) + attributes.flatMap { $0 })
  }
  let answer =
    address(2, 8, attribute(1, [127, 0, 0, 1]))
    + address(2, 24, attribute(1, [10, 0, 0, 9]), attribute(2, [10, 0, 0, 5]))
    + address(10, 64, attribute(1, [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1]))
    + address(10, 64, attribute(1, six)) + address(2, 8, attribute(1, [1, 2]))
  let found = InterfaceAddress.parse(answer.span, devices: NetworkLinks.parse(links.span))
  #expect(
    found.map { "\($0.device) \($0.address)/\($0.prefixLength) \($0.scope.rawValue)" } == [
      "eth0 127.0.0.1/8 link-local", "eth0 10.0.0.5/24 global", "eth0 fe80::1/64 link-local",
      "eth0 2001:db8::/64 global",
    ])
  #expect(try InterfaceAddress.all().contains { $0.address == "127.0.0.1" && $0.device == "lo" })
}

@Test func driversOfNetworkDevicesReportTheirModesAndCounters() async throws {
  var context = try fixtureContext()
  context.patterns.ethernetCounters = try SystemPatterns.pattern("^[^z]")
  context.patterns.ethernetDevices.exclude = try SystemPatterns.pattern("^wlan")
  var device = EthernetDevice()
  device.driver = EthernetDevice.Driver(
    name: "e1000e", version: "5.11", firmware: "0.5-4", bus: "0000:00:1f.6", expansion: "")
  // 1000 T full, negotiation, TP, pause; advertised without pause.
  device.link = EthernetDevice.Link(
    supported: 1 << 5 | 1 << 6 | 1 << 7 | 1 << 13, advertised: 1 << 5 | 1 << 6, isNegotiated: true)
  device.counters = [
    ("rx_bytes", 5), ("port.rx-errors", 6), ("rx_queue_0_tx", 7), ("a b", 1), ("a_b", 2),
    ("zeros", 9),
  ]
  let shown = device
  let collector = EthernetCollector(context) { name in
    guard name == "eth0" else { throw SystemError(call: "ethtool", code: 19) }
    return shown
  }
  try await expectGolden(collector, "ethtool.prom")
}

@Test func thisMachinesDriversCanBeAsked() throws {
  // The loopback device has a driver of its own and no link.
  let loopback = try EthernetDevice.read("lo")
  #expect(loopback.counters.isEmpty || loopback.driver != nil)
  #expect(try EthernetDevice.read("no-such-device-name").driver == nil)
}
