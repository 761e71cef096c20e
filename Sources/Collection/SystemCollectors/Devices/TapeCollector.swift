import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel
import PatternMatching

/// Reads, writes and times of tape drives, from /sys/class/scsi_tape.
struct TapeCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()
  private var drives = ShownNames()
  private let ignored: RegularExpression?

  init(_ context: SystemContext) {
    files = SmallFiles(root: context.proc.sys)
    ignored = context.patterns.ignoredTapes
  }

  private static let place = "class/scsi_tape"
  private static let table = DeviceTable(
    columns: [
      .init("in_flight", "node_tape_io_now", .gauge, "Requests under way."),
      .init(
        "io_ns", "node_tape_io_time_seconds_total", .counter, per: 1e9, "Time of all requests."),
      .init("other_cnt", "node_tape_io_others_total", .counter, "Requests that move no data."),
      .init("read_byte_cnt", "node_tape_read_bytes_total", .counter, "Bytes read."),
      .init("read_cnt", "node_tape_reads_completed_total", .counter, "Reads completed."),
      .init("read_ns", "node_tape_read_time_seconds_total", .counter, per: 1e9, "Time of reads."),
      .init(
        "resid_cnt", "node_tape_residual_total", .counter, "Requests that moved less than asked."),
      .init("write_byte_cnt", "node_tape_written_bytes_total", .counter, "Bytes written."),
      .init("write_cnt", "node_tape_writes_completed_total", .counter, "Writes completed."),
      .init(
        "write_ns", "node_tape_write_time_seconds_total", .counter, per: 1e9, "Time of writes."),
    ], labels: ["device"])

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    // st0a and nst0 are the same drive.
    drives.update(list) { $0.number(after: "st") != nil && ignored?.matches($0) != true }
    let families = Self.table.families(in: &buffer)
    for name in drives.names {
      Self.table.add(Self.place, name, folder: "stats", families, &files, to: &buffer)
    }
  }
}
