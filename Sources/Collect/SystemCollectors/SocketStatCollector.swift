import CollectorCore

/// Sockets in use by protocol, from /proc/net/sockstat and sockstat6.
struct SocketStatCollector: Collector {
  let proc: ProcRoot
  /// Bytes of a page, for memory that the kernel counts in pages.
  var pageSize = HostFacts.pageSize

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("net/sockstat")
    try add(file.span, name: "net/sockstat", to: &buffer)
    // A kernel without IPv6 has no second file.
    guard let six = try? proc.read("net/sockstat6") else { return }
    try add(six.span, name: "net/sockstat6", to: &buffer)
  }

  private func add(
    _ bytes: Span<UInt8>, name: String, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: name)
    while var line = lines.nextLine() {
      guard let head = line.text(before: ":")?.text else {
        if line.nextField() == nil { continue }
        throw line.error("a protocol and a colon are missing")
      }
      while let field = line.nextField()?.text {
        let value = Double(try line.unsigned(field))
        let metric = "node_sockstat_\(head)_\(field)"
        buffer.gauge(metric, "Sockets of \(head) in state \(field).", value)
        if field == "mem" {
          buffer.gauge(
            "\(metric)_bytes", "Memory of sockets of \(head).", value * Double(pageSize))
        }
      }
    }
  }
}
