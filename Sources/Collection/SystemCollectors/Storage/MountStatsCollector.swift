import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// NFS mounts: bytes, events, connections and operations, from /proc/self/mountstats.
struct MountStatsCollector: Collector {
  let proc: ProcRoot

  private static let labels = ["export", "mountaddr", "protocol"]
  private static let bytes = [
    "read_bytes", "write_bytes", "direct_read_bytes", "direct_write_bytes", "total_read_bytes",
    "total_write_bytes", "read_pages", "write_pages",
  ]
  /// The kernel's events in its order; `-` is not exposed.
  private static let events = [
    "inode_revalidate", "dnode_revalidate", "data_invalidate", "attribute_invalidate", "vfs_open",
    "vfs_lookup", "vfs_access", "vfs_update_page", "vfs_read_page", "vfs_read_pages",
    "vfs_write_page", "vfs_write_pages", "vfs_getdents", "vfs_setattr", "vfs_flush", "vfs_fsync",
    "vfs_lock", "vfs_file_release", "-", "truncation", "write_extension", "silly_rename",
    "short_read", "short_write", "jukebox_delay", "pnfs_read", "pnfs_write",
  ]
  /// The columns of a TCP connection; UDP has no `connect`, no connect time and no idle time.
  private static let tcp = [
    "-", "bind_total", "connect_total", "-", "idle_time_seconds", "sends_total", "receives_total",
    "bad_transaction_ids_total", "-", "backlog_queue_total", "maximum_rpc_slots",
    "sending_queue_total", "pending_queue_total",
  ]
  private static let udp = [
    "-", "bind_total", "sends_total", "receives_total", "bad_transaction_ids_total", "-",
    "backlog_queue_total", "maximum_rpc_slots", "sending_queue_total", "pending_queue_total",
  ]
  /// The columns of an operation; times are milliseconds.
  private static let operations: [(name: String, divisor: Double)] = [
    ("requests", 1), ("transmissions", 1), ("major_timeouts", 1), ("sent_bytes", 1),
    ("received_bytes", 1), ("queue_time_seconds", 1000), ("response_time_seconds", 1000),
    ("request_time_seconds", 1000), ("errors", 1),
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("self/mountstats")
    var seen: Set<[String]> = []
    for mount in try MountStatistics.parse(file.span) {
      let labels = [mount.export, mount.address, mount.transport]
      add("mountpoint_info", .gauge, 1, labels, ("mountpoint", mount.mountPoint), to: &buffer)
      // Several mounts of one export share their counters.
      guard seen.insert(labels).inserted else { continue }
      add("age_seconds_total", .counter, Double(mount.age), labels, to: &buffer)
      for (name, value) in zip(Self.bytes, mount.bytes) {
        add("\(name)_total", .counter, Double(value), labels, to: &buffer)
      }
      for (name, value) in zip(Self.events, mount.events) where name != "-" {
        add("event_\(name)_total", .counter, Double(value), labels, to: &buffer)
      }
      for (index, transport) in mount.transports.enumerated() {
        let columns = transport.name == "udp" ? Self.udp : Self.tcp
        for (name, value) in zip(columns, transport.values) where name != "-" {
          add(
            "transport_\(name)", name.hasSuffix("_total") ? .counter : .gauge, Double(value),
            labels, ("transport", String(index)), to: &buffer)
        }
      }
      for operation in mount.operations {
        for (column, value) in zip(Self.operations, operation.values) {
          add(
            "operations_\(column.name)_total", .counter, Double(value) / column.divisor, labels,
            ("operation", operation.name), to: &buffer)
        }
      }
    }
  }

  private func add(
    _ name: String, _ type: MetricType, _ value: Double, _ labels: [String],
    _ extra: (name: String, value: String)? = nil, to buffer: inout FamilyBuffer
  ) {
    buffer.family(
      "node_mountstats_nfs_\(name)", type, "A figure of the NFS client.",
      labels: Self.labels + (extra.map { [$0.name] } ?? []))
    buffer.add(value, values: labels + (extra.map { [$0.value] } ?? []))
  }
}
