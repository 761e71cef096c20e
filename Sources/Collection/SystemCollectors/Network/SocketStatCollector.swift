import SystemAccess
import CollectorCore
import ExpositionFormat

/// Sockets in use by protocol, from /proc/net/sockstat and sockstat6.
struct SocketStatCollector: RememberingCollector {
  private let paths: (four: String, six: String)
  private let pageSize: UInt64
  private var file = ReadBuffer()
  /// Names and help of the metrics by protocol and field.
  private var metrics: [String: [String: (name: String, help: String)]] = [:]

  /// Makes the collector; `pageSize` is the size of a page in bytes, for memory that the kernel
  /// counts in pages.
  init(proc: ProcRoot, pageSize: UInt64 = HostFacts.pageSize) {
    paths = (proc.proc + "/net/sockstat", proc.proc + "/net/sockstat6")
    self.pageSize = pageSize
  }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    var file = self.file.taken()
    defer { self.file = file }
    try file.readIfPresent(path: paths.four)
    try Self.add(file.span, "net/sockstat", pageSize, &metrics, to: &buffer)
    // A kernel without IPv6 has no second file.
    guard (try? file.read(path: paths.six)) != nil else { return }
    try Self.add(file.span, "net/sockstat6", pageSize, &metrics, to: &buffer)
  }

  private static func add(
    _ bytes: Span<UInt8>, _ name: String, _ pageSize: UInt64,
    _ metrics: inout [String: [String: (name: String, help: String)]],
    to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: name)
    while var line = lines.nextLine() {
      guard let head = line.text(before: ":")?.text else {
        if line.nextField() == nil { continue }
        throw line.error("a protocol and a colon are missing")
      }
      while let field = line.nextField()?.text {
        let value = Double(try line.unsigned(field))
        let metric = Self.metric(head, field, &metrics)
        buffer.gauge(metric.name, metric.help, value)
        if field == "mem" {
          let bytes = Self.metric(head, "mem_bytes", &metrics)
          buffer.gauge(bytes.name, bytes.help, value * Double(pageSize))
        }
      }
    }
  }

  private static func metric(
    _ head: String, _ field: String,
    _ metrics: inout [String: [String: (name: String, help: String)]]
  ) -> (name: String, help: String) {
    if let known = metrics[head]?[field] { return known }
    let help =
      field == "mem_bytes"
      ? "Memory of sockets of \(head)." : "Sockets of \(head) in state \(field)."
    let made = (name: "node_sockstat_\(head)_\(field)", help: help)
    metrics[head, default: [:]][field] = made
    return made
  }
}
