import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Routes of IPv4 and IPv6 in all tables, from the kernel's routing socket.
struct RouteCollector: Collector {
  /// The kernel's lists of routes and of links; tests replace it.
  var dump: @Sendable (NetlinkDump.Kind) throws -> [UInt8] = { try NetlinkDump.read($0) }

  private static let labels = ["dest", "device", "gw", "priority", "proto", "src", "weight"]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let info = buffer.family(
      "node_network_route_info", .gauge, "A route; the value is always 1.", labels: Self.labels)
    let links = try dump(.links)
    let devices = NetworkLinks.parse(links.span)
    let routes = try dump(.routes)
    var counts: [String: Int] = [:]
    for route in Route.parse(routes.span) {
      for nextHop in route.nextHops {
        let device = devices[nextHop.device] ?? ""
        counts[device, default: 0] += 1
        buffer.add(
          1,
          values: [
            route.destination, device, nextHop.gateway, String(route.priority), route.protocolName,
            route.source, nextHop.weight.map { String($0) } ?? "",
          ], to: info)
      }
    }
    buffer.family("node_network_routes", .gauge, "Routes by device.", labels: ["device"])
    for (device, count) in counts.sorted(by: { $0.key < $1.key }) {
      buffer.add(Double(count), device)
    }
  }
}

/// A route to a network or host.
struct Route: Equatable, Sendable {
  /// The next hop of a route.
  struct NextHop: Equatable, Sendable {
    /// The device's index.
    var device: UInt32 = 0
    var gateway = ""
    /// The share of this next hop among several.
    var weight: Int?
  }

  var destination = "default"
  var source = ""
  var priority: UInt32 = 0
  var protocolNumber: UInt8 = 0
  var nextHops: [NextHop] = []

  /// Reads `struct rtmsg` (family, lengths of destination and source, service, table, protocol,
  /// scope, type, flags) and its attributes. Routes that do not lead to other hosts, such as those
  /// of local addresses, are left out.
  static func parse(_ bytes: Span<UInt8>) -> [Route] {
    var routes: [Route] = []
    var messages = NetlinkMessages(bytes)
    while let message = messages.next() {
      // Type 1 is unicast: a route to other hosts.
      guard message.kind == 24, message.body.count >= 12, message.body[7] == 1 else { continue }
      let family = message.body[0]
      guard family == 2 || family == 10 else { continue }
      var route = Route()
      route.protocolNumber = message.body[5]
      var single = NextHop()
      var attributes = NetlinkAttributes(message.body, after: 12)
      while let attribute = attributes.next() {
        switch attribute.kind {
        case 1:
          guard message.body[1] > 0, let text = IPText.text(attribute.value.array) else { continue }
          route.destination = "\(text)/\(message.body[1])"
        case 4 where attribute.value.count == 4: single.device = attribute.value.number32(at: 0)
        case 5: single.gateway = IPText.text(attribute.value.array) ?? ""
        case 6 where attribute.value.count == 4: route.priority = attribute.value.number32(at: 0)
        case 7: route.source = IPText.text(attribute.value.array) ?? ""
        case 9: route.nextHops = nextHops(attribute.value)
        default: continue
        }
      }
      if route.nextHops.isEmpty { route.nextHops = [single] }
      routes.append(route)
    }
    return routes
  }

  /// Reads `struct rtnexthop` (length, flags, weight minus one, index of the device), each with
  /// attributes of its own.
  private static func nextHops(_ bytes: Span<UInt8>) -> [NextHop] {
    var nextHops: [NextHop] = []
    var start = 0
    while start + 8 <= bytes.count {
      let length = Int(bytes.number16(at: start))
      guard length >= 8, start + length <= bytes.count else { break }
      let one = bytes.extracting(start..<(start + length))
      var nextHop = NextHop(device: one.number32(at: 4), weight: Int(one[3]) + 1)
      var attributes = NetlinkAttributes(one, after: 8)
      while let attribute = attributes.next() {
        if attribute.kind == 5 { nextHop.gateway = IPText.text(attribute.value.array) ?? "" }
      }
      nextHops.append(nextHop)
      start += (length + 3) & ~3
    }
    return nextHops
  }

  /// The origin of the route, by the names of rtnetlink(7); a number without one.
  var protocolName: String {
    Self.protocols[protocolNumber] ?? "unknown"
  }

  private static let protocols: [UInt8: String] = [
    0: "unspec", 1: "redirect", 2: "kernel", 3: "boot", 4: "static", 8: "gated", 9: "ra", 10: "mrt",
    11: "zebra", 12: "bird", 13: "dnrouted", 14: "xorp", 15: "ntk", 16: "dhcp", 17: "mrouted",
    42: "babel", 186: "bgp", 187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
  ]
}
