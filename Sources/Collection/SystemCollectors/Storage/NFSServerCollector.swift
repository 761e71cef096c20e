import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The work of this machine as an NFS server, from /proc/net/rpc/nfsd.
struct NFSServerCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("net/rpc/nfsd")
    let requests = buffer.family(
      "node_nfsd_requests_total", .counter, "Requests of clients by procedure.",
      labels: ["method", "proto"])
    var lines = ByteScanner(file.span, file: "net/rpc/nfsd")
    while var line = lines.nextLine() {
      guard let key = line.nextField()?.text else { continue }
      switch key {
      case "rc":
        try add("reply_cache_hits_total", "Replies found in the cache.", &line, to: &buffer)
        try add("reply_cache_misses_total", "Replies put into the cache.", &line, to: &buffer)
        try add("reply_cache_nocache_total", "Replies not worth caching.", &line, to: &buffer)
      case "fh":
        try add("file_handles_stale_total", "Stale file handles seen.", &line, to: &buffer)
      case "io":
        try add("disk_bytes_read_total", "Bytes read for clients.", &line, to: &buffer)
        try add("disk_bytes_written_total", "Bytes written for clients.", &line, to: &buffer)
      case "th":
        let threads = try line.unsigned("threads")
        buffer.gauge("node_nfsd_server_threads", "Threads of the server.", Double(threads))
      case "ra": try addReadAhead(&line, to: &buffer)
      case "net": try addNetwork(&line, to: &buffer)
      case "rpc": try addCalls(&line, to: &buffer)
      case "proc2": try line.addRequests(NFSMethods.version2, "2", to: &buffer, requests)
      case "proc3": try line.addRequests(NFSMethods.version3, "3", to: &buffer, requests)
      case "proc4ops": try line.addRequests(NFSMethods.server4, "4", to: &buffer, requests)
      default: continue
      }
    }
  }

  /// Adds the size, ten classes of depth, and the misses of the read-ahead cache, which Linux 5.4
  /// removed.
  private func addReadAhead(
    _ line: inout ByteScanner, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    let size = try line.unsigned("the size of the cache")
    buffer.gauge(
      "node_nfsd_read_ahead_cache_size_blocks", "Blocks of the read-ahead cache.", Double(size))
    for _ in 0..<10 { line.skipField() }
    try add("read_ahead_cache_not_found_total", "Not found in it.", &line, to: &buffer)
  }

  private func addNetwork(
    _ line: inout ByteScanner, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    _ = try line.unsigned("all packets")
    let packets = buffer.family(
      "node_nfsd_packets_total", .counter, "Packets by transport.", labels: ["proto"])
    for transport in ["udp", "tcp"] {
      let count = try line.unsigned(transport)
      buffer.add(Double(count), transport, to: packets)
    }
    try add("connections_total", "Connections taken over TCP.", &line, to: &buffer)
  }

  private func addCalls(
    _ line: inout ByteScanner, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    try add("server_rpcs_total", "Calls served.", &line, to: &buffer)
    _ = try line.unsigned("all bad calls")
    let errors = buffer.family(
      "node_nfsd_rpc_errors_total", .counter, "Bad calls by what was wrong.", labels: ["error"])
    for error in ["fmt", "auth", "cInt"] {
      let count = try line.unsigned(error)
      buffer.add(Double(count), error, to: errors)
    }
  }

  private func add(
    _ name: String, _ help: String, _ line: inout ByteScanner, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    let value = try line.unsigned(name)
    buffer.counter("node_nfsd_\(name)", help, Double(value))
  }
}
