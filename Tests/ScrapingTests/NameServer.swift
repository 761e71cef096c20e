import Concurrency
import TestSupport

/// Debian's dnsmasq on a loopback port, with only the records of a test.
struct NameServer {
  let process: ChildProcess
  let port: Int

  /// Starts the server; records are options of dnsmasq without their dashes.
  static func start(_ records: [String], port: Int? = nil) async throws -> NameServer {
    let port = try port ?? FreePort.next()
    let process = try ChildProcess.start(
      "/usr/sbin/dnsmasq",
      [
        "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
        "--port=\(port)", "--listen-address=127.0.0.1", "--bind-interfaces", "--user=root",
        "--pid-file=", "--log-facility=-", "--local=/test/",
      ] + records.map { "--" + $0 })
    // It also listens on TCP, for answers that do not fit into a datagram.
    try await process.waitUntilAccepting(port: port)
    return NameServer(process: process, port: port)
  }

  /// The address for queries, with a timeout of a second or two.
  var address: DNSLookup.Server {
    DNSLookup.Server(address: 0x7f00_0001, port: UInt16(port), timeoutSeconds: 1)
  }
}
