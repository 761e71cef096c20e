import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The operations of each XFS file system, from /sys/fs/xfs/*/stats/stats.
struct XFSCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  /// The exposed lines of the file and the meanings of their columns.
  private static let lines: [(line: String, columns: [String])] = [
    (
      "extent_alloc",
      [
        "extent_allocation_extents_allocated", "extent_allocation_blocks_allocated",
        "extent_allocation_extents_freed", "extent_allocation_blocks_freed",
      ]
    ),
    ("abt", btree("allocation_btree")),
    (
      "blk_map",
      [
        "block_mapping_reads", "block_mapping_writes", "block_mapping_unmaps",
        "block_mapping_extent_list_insertions", "block_mapping_extent_list_deletions",
        "block_mapping_extent_list_lookups", "block_mapping_extent_list_compares",
      ]
    ),
    ("bmbt", btree("block_map_btree")),
    (
      "dir",
      [
        "directory_operation_lookup", "directory_operation_create", "directory_operation_remove",
        "directory_operation_getdents",
      ]
    ),
    (
      "ig",
      [
        "inode_operation_attempts", "inode_operation_found", "inode_operation_recycled",
        "inode_operation_missed", "inode_operation_duplicates", "inode_operation_reclaims",
        "inode_operation_attribute_changes",
      ]
    ),
    ("rw", ["write_calls", "read_calls"]),
    (
      "vnodes",
      [
        "vnode_active", "vnode_allocate", "vnode_get", "vnode_hold", "vnode_release",
        "vnode_reclaim", "vnode_remove",
      ]
    ),
  ]

  /// The same lines with the names of the metrics.
  private static let metrics = lines.map { line in
    (line: line.line, columns: line.columns.map { "node_xfs_\($0)_total" })
  }

  private static func btree(_ name: String) -> [String] {
    ["lookups", "compares", "records_inserted", "records_deleted"].map { "\(name)_\($0)" }
  }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    // A machine without XFS is a success in node_exporter.
    _ = try files.lists(&list, "fs/xfs")
    // The driver's own directory is beside those of the devices.
    for device in list.names where device != "stats" {
      guard files.reads("fs/xfs", device, "stats", "stats") else { continue }
      try Self.add(files.bytes, device, to: &buffer)
    }
  }

  private static func add(
    _ bytes: Span<UInt8>, _ device: String, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: "fs/xfs/stats")
    while var line = lines.nextLine() {
      guard let key = line.nextField(),
        let (_, columns) = Self.metrics.first(where: { key.equals($0.line) })
      else { continue }
      for name in columns {
        let value = try line.unsigned(name)
        buffer.family(
          name, .counter, "A counter of the file system's driver.",
          labels: ["device"])
        buffer.add(Double(value), device)
      }
    }
  }
}
