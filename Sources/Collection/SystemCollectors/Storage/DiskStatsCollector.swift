import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Reads, writes and times of the block devices, from /proc/diskstats, with udev's names for them.
struct DiskStatsCollector: RememberingCollector {
  private let proc: ProcRoot
  private let filter: NameFilter
  /// Whether each device is exposed, by name.
  private var decisions: [String: Bool] = [:]
  private var table = ReadBuffer(capacity: 16384)
  private var identities: DiskIdentities

  init(_ context: SystemContext) {
    proc = context.proc
    filter = context.patterns.disks
    identities = DiskIdentities(context.proc)
  }

  private typealias Column = (name: String, type: MetricType, factor: Double, help: String)

  /// The columns. The kernel's sector is 512 bytes for every device; its times are milliseconds.
  private static let columns: [Column] = [
    ("reads_completed_total", .counter, 1, "Reads completed."),
    ("reads_merged_total", .counter, 1, "Reads merged with others."),
    ("read_bytes_total", .counter, 512, "Bytes read."),
    ("read_time_seconds_total", .counter, 1e-3, "Seconds spent by all reads."),
    ("writes_completed_total", .counter, 1, "Writes completed."),
    ("writes_merged_total", .counter, 1, "Writes merged with others."),
    ("written_bytes_total", .counter, 512, "Bytes written."),
    ("write_time_seconds_total", .counter, 1e-3, "Seconds spent by all writes."),
    ("io_now", .gauge, 1, "Reads and writes under way."),
    ("io_time_seconds_total", .counter, 1e-3, "Seconds in which the device was busy."),
    ("io_time_weighted_seconds_total", .counter, 1e-3, "Seconds spent by all that was under way."),
    ("discards_completed_total", .counter, 1, "Discards completed."),
    ("discards_merged_total", .counter, 1, "Discards merged with others."),
    ("discarded_sectors_total", .counter, 1, "Sectors discarded."),
    ("discard_time_seconds_total", .counter, 1e-3, "Seconds spent by all discards."),
    ("flush_requests_total", .counter, 1, "Flushes completed."),
    ("flush_requests_time_seconds_total", .counter, 1e-3, "Seconds spent by all flushes."),
  ]
  /// Columns of every kernel; discards came with 4.18, flushes with 5.5.
  private static let columnsAlways = 11
  private static let names = columns.map { "node_disk_\($0.name)" }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    var table = self.table.taken()
    defer { self.table = table }
    try table.readIfPresent(path: proc.proc + "/diskstats")
    let families = zip(Self.columns, Self.names).map {
      buffer.family($1, $0.type, $0.help, labels: ["device"])
    }
    identities.begin(in: &buffer)
    var lines = ByteScanner(table.span, file: "diskstats")
    while var line = lines.nextLine() {
      guard let first = line.nextField() else { continue }
      guard let major = first.unsigned else { throw line.error("the major number is missing") }
      let minor = try line.unsigned("the minor number")
      guard let device = line.nextField()?.text else { throw line.error("the name is missing") }
      if Self.isExcluded(device, filter, &decisions) { continue }
      for (index, family) in families.enumerated() {
        if index >= Self.columnsAlways, line.isAtEnd { break }
        let value = Double(try line.unsigned(Self.columns[index].name))
        let factor = Self.columns[index].factor
        // Dividing by 1000 gives shorter decimals than multiplying by 0.001.
        buffer.add(factor == 1e-3 ? value / 1000 : value * factor, device, to: family)
      }
      identities.add(device, major, minor, to: &buffer)
    }
  }

  private static func isExcluded(
    _ device: String, _ filter: NameFilter, _ decisions: inout [String: Bool]
  ) -> Bool {
    if let known = decisions[device] { return known }
    // Devices are added and removed, so the cache is bounded.
    if decisions.count > 10_000 { decisions.removeAll() }
    let decision = !filter.shows(device)
    decisions[device] = decision
    return decision
  }
}
