import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The requests of this machine to NFS servers, from /proc/net/rpc/nfs.
struct NFSCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("net/rpc/nfs")
    let requests = buffer.family(
      "node_nfs_requests_total", .counter, "Requests to servers by procedure.",
      labels: ["method", "proto"])
    let packets = buffer.family(
      "node_nfs_packets_total", .counter, "Packets by transport.", labels: ["protocol"])
    var lines = ByteScanner(file.span, file: "net/rpc/nfs")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      if key.equals("net") {
        _ = try line.unsigned("all packets")
        for transport in ["udp", "tcp"] {
          let count = try line.unsigned(transport)
          buffer.add(Double(count), transport, to: packets)
        }
        try add("connections", "Connections made over TCP.", &line, to: &buffer)
      } else if key.equals("rpc") {
        try add("rpcs", "Calls made.", &line, to: &buffer)
        try add("rpc_retransmissions", "Calls sent again.", &line, to: &buffer)
        try add("rpc_authentication_refreshes", "Credentials renewed.", &line, to: &buffer)
      } else if key.equals("proc2") {
        try line.addRequests(NFSMethods.version2, "2", to: &buffer, requests)
      } else if key.equals("proc3") {
        try line.addRequests(NFSMethods.version3, "3", to: &buffer, requests)
      } else if key.equals("proc4") {
        try line.addRequests(NFSMethods.client4, "4", to: &buffer, requests)
      }
    }
  }

  private func add(
    _ name: String, _ help: String, _ line: inout ByteScanner, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    let value = try line.unsigned(name)
    buffer.counter("node_nfs_\(name)_total", help, Double(value))
  }
}

extension ByteScanner {
  /// Reads the number of procedures and a count for each; those without a name are left out.
  mutating func addRequests(
    _ methods: [String], _ version: String, to buffer: inout FamilyBuffer,
    _ family: FamilyBuffer.FamilyID
  ) throws(FormatError) {
    let count = try unsigned("the number of procedures")
    for index in 0..<min(Int(clamping: count), methods.count) {
      let value = try unsigned(methods[index])
      if methods[index] == "-" { continue }
      buffer.add(Double(value), methods[index], version, to: family)
    }
  }
}
