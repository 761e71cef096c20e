import SystemAccess
import CollectorCore
import ExpositionFormat

/// The kernel's table of connections.
struct ConntrackCollector: Collector {
  let proc: ProcRoot

  /// Exposed columns of /proc/net/stat/nf_conntrack.
  private static let columns = [
    ("found", "Entries looked up and found."),
    ("invalid", "Packets that could not be tracked."),
    ("ignore", "Packets that belonged to an entry already."),
    ("insert", "Entries put in."),
    ("insert_failed", "Entries that could not be put in."),
    ("drop", "Packets dropped because no entry could be made."),
    ("early_drop", "Entries dropped to make room."),
    ("search_restart", "Lookups begun again because the table was resized."),
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let entries = try number("nf_conntrack_count")
    let limit = try number("nf_conntrack_max")
    buffer.gauge("node_nf_conntrack_entries", "Connections in the table.", entries)
    buffer.gauge("node_nf_conntrack_entries_limit", "Most connections of the table.", limit)
    guard let file = try? proc.read("net/stat/nf_conntrack") else { return }
    let sums = try Self.sums(file.span)
    for (name, help) in Self.columns {
      guard let sum = sums[name] else { continue }
      // A sum of counters, but a gauge in node_exporter.
      buffer.gauge("node_nf_conntrack_stat_\(name)", help, Double(sum))
    }
  }

  private func number(_ name: String) throws -> Double {
    let path = "sys/net/netfilter/\(name)"
    let file = try proc.readIfPresent(path)
    var line = ByteScanner(file.span, file: path, line: 1)
    return Double(try line.unsigned(name))
  }

  /// Adds up the rows, one for each processor, of hexadecimal columns named in the first line.
  static func sums(_ bytes: Span<UInt8>) throws(FormatError) -> [String: UInt64] {
    var lines = ByteScanner(bytes, file: "net/stat/nf_conntrack")
    guard var heading = lines.nextLine() else { throw lines.error("the headings are missing") }
    var names: [String] = []
    while let name = heading.nextField() { names.append(name.text) }
    var sums: [String: UInt64] = [:]
    while var line = lines.nextLine() {
      var column = 0
      while let field = line.nextField() {
        guard column < names.count, let value = field.hexadecimal else {
          throw line.error("\"\(field.excerpt)\" is no hexadecimal number under a heading")
        }
        sums[names[column], default: 0] &+= value
        column += 1
      }
    }
    return sums
  }
}
