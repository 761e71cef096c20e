import SystemAccess
import CollectorCore
import ExpositionFormat
import PatternMatching
import Synchronization

/// Selected counters of the network stack, from /proc/net/netstat, snmp and snmp6.
final class NetstatCollector: Collector {
  private let proc: ProcRoot
  private let shown: RegularExpression
  private let names = Mutex(FieldNames())

  init(_ context: SystemContext) {
    proc = context.proc
    shown = context.patterns.netstatFields
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    var names = names.withLock { $0 }
    defer { self.names.withLock { $0 = names } }
    names.begin()
    for path in ["net/netstat", "net/snmp"] {
      let file = try proc.readIfPresent(path)
      try addPairs(file.span, path: path, names: &names, to: &buffer)
    }
    // A kernel without IPv6 has no third file.
    guard let six = try? proc.read("net/snmp6") else { return }
    try addSNMP6(six.span, names: &names, to: &buffer)
  }

  /// Reads pairs of lines: `Tcp: names...` and `Tcp: values...`.
  private func addPairs(
    _ bytes: Span<UInt8>, path: String, names: inout FieldNames, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: path)
    while var heading = lines.nextLine() {
      guard var line = lines.nextLine() else {
        throw heading.error("the line of values is missing")
      }
      guard let group = heading.text(before: ":")?.text,
        line.text(before: ":")?.equals(group) == true
      else { throw line.error("headings and values do not belong together") }
      while let field = heading.nextField() {
        guard let value = line.nextField()?.signed else {
          throw line.error("the value of \(field.excerpt) is missing or no number")
        }
        let name = names.name(for: field) { metricName("\(group)_\($0)") }
        if let name { add(name, Double(value), to: &buffer) }
      }
    }
  }

  /// Reads lines such as `Ip6InOctets 5`; the group ends with the 6.
  private func addSNMP6(
    _ bytes: Span<UInt8>, names: inout FieldNames, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: "net/snmp6")
    while var line = lines.nextLine() {
      guard let field = line.nextField() else { continue }
      let value = Double(try line.unsigned("the count"))
      let name = names.name(for: field) { field in
        guard let six = field.firstIndex(of: "6") else { return nil }
        let rest = field[field.index(after: six)...]
        return metricName("\(field[...six])_\(rest)")
      }
      if let name { add(name, value, to: &buffer) }
    }
  }

  private func metricName(_ field: String) -> String? {
    shown.matches(field) ? "node_netstat_\(field)" : nil
  }

  private func add(_ name: String, _ value: Double, to buffer: inout FamilyBuffer) {
    buffer.untyped(name, "A counter of the kernel's network stack.", value)
  }
}
