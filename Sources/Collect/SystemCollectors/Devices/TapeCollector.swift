import CollectorCore
import MetricModel
import PatternMatching

/// Reads, writes and times of tape drives, from /sys/class/scsi_tape.
struct TapeCollector: Collector {
  private let proc: ProcRoot
  private let ignored: RegularExpression?

  init(_ context: SystemContext) {
    proc = context.proc
    ignored = context.patterns.ignoredTapes
  }

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

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let names = try proc.devices("class/scsi_tape")
    let families = Self.table.families(in: &buffer)
    // st0a and nst0 are the same drive.
    for name in names where name.number(after: "st") != nil && ignored?.matches(name) != true {
      Self.table.add("class/scsi_tape/\(name)/stats", [name], families, proc: proc, to: &buffer)
    }
  }
}
