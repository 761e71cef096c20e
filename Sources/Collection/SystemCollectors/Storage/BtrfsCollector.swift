import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Btrfs file systems and their allocation, from /sys/fs/btrfs.
struct BtrfsCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()
  private var systems = ShownNames()
  private var devices: [String: NameList] = [:]
  /// The entries below `allocation` of a file system, by group.
  private var modes: [String: [String: NameList]] = [:]

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  private static let place = "fs/btrfs"

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    let families = Families(in: &buffer)
    // A machine without Btrfs is a success in node_exporter.
    _ = try files.lists(&list, Self.place)
    systems.update(list) { $0.contains("-") }
    for uuid in systems.names {
      buffer.beginSample()
      files.addLabel(to: &buffer, Self.place, uuid, "label")
      buffer.label(uuid)
      buffer.endSample(1, to: families.info)
      if let size = files.number(Self.place, uuid, "allocation", "global_rsv_size") {
        buffer.add(size, uuid, to: families.globalReserve)
      }
      _ = try files.lists(&devices[uuid, default: NameList()], Self.place, uuid, "devices")
      let members = devices[uuid]?.names ?? []
      for device in members {
        // The kernel counts sectors of 512 bytes.
        guard let sectors = files.number(Self.place, uuid, "devices", device, "size") else {
          continue
        }
        buffer.add(sectors * 512, device, uuid, to: families.deviceSize)
      }
      for group in ["data", "metadata", "system"] {
        try addGroup(group, uuid, members.count, families, to: &buffer)
      }
      try addCommits(uuid, families, to: &buffer)
    }
  }

  private mutating func addGroup(
    _ group: String, _ uuid: String, _ devices: Int, _ families: Families,
    to buffer: inout FamilyBuffer
  ) throws {
    if let reserved = files.number(Self.place, uuid, "allocation", group, "bytes_reserved") {
      buffer.add(reserved, group, uuid, to: families.reserved)
    }
    _ = try files.lists(
      &modes[uuid, default: [:]][group, default: NameList()], Self.place, uuid, "allocation", group)
    for mode in modes[uuid]?[group]?.names ?? [] {
      // Each allocation profile in use is a directory.
      guard let used = files.number(Self.place, uuid, "allocation", group, mode, "used_bytes")
      else { continue }
      buffer.add(used, group, mode, uuid, to: families.used)
      if let total = files.number(Self.place, uuid, "allocation", group, mode, "total_bytes") {
        buffer.add(total, group, mode, uuid, to: families.size)
      }
      if let ratio = Self.allocationRatio(mode, devices: devices) {
        buffer.add(ratio, group, mode, uuid, to: families.ratio)
      }
    }
  }

  /// The number of bytes on the devices per byte of data.
  static func allocationRatio(_ mode: String, devices: Int) -> Double? {
    switch mode {
    case "single", "raid0": 1
    case "dup", "raid1", "raid10": 2
    case "raid1c3": 3
    case "raid1c4": 4
    case "raid5": devices > 1 ? Double(devices) / Double(devices - 1) : nil
    case "raid6": devices > 2 ? Double(devices) / Double(devices - 2) : nil
    default: nil
    }
  }

  /// Adds the values of lines such as `commits 258051`; times are milliseconds.
  private mutating func addCommits(
    _ uuid: String, _ families: Families, to buffer: inout FamilyBuffer
  ) throws {
    guard files.reads(Self.place, uuid, "commit_stats") else { return }
    var lines = ByteScanner(files.bytes, file: "commit_stats")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      for (name, family, divisor) in [
        ("commits", families.commits, 1.0), ("last_commit_ms", families.lastCommit, 1000),
        ("max_commit_ms", families.maxCommit, 1000),
        ("total_commit_ms", families.commitTime, 1000),
      ] where key.equals(name) {
        let value = try line.unsigned(name)
        buffer.add(Double(value) / divisor, uuid, to: family)
      }
    }
  }

  private struct Families {
    let info, globalReserve, deviceSize, reserved, used, size, ratio: FamilyBuffer.FamilyID
    let commits, lastCommit, maxCommit, commitTime: FamilyBuffer.FamilyID

    init(in buffer: inout FamilyBuffer) {
      func family(
        _ name: String, _ type: MetricType, _ labels: [String], _ help: String
      ) -> FamilyBuffer.FamilyID {
        buffer.family("node_btrfs_\(name)", type, help, labels: labels)
      }
      let uuid = ["uuid"]
      let layout = ["block_group_type", "mode", "uuid"]
      info = family("info", .gauge, ["label", "uuid"], "The file system; the value is always 1.")
      globalReserve = family("global_rsv_size_bytes", .gauge, uuid, "Size of the global reserve.")
      deviceSize = family("device_size_bytes", .gauge, ["device", "uuid"], "Size of a device.")
      reserved = family("reserved_bytes", .gauge, ["block_group_type", "uuid"], "Bytes reserved.")
      used = family("used_bytes", .gauge, layout, "Bytes in use.")
      size = family("size_bytes", .gauge, layout, "Bytes set aside.")
      ratio = family("allocation_ratio", .gauge, layout, "Bytes on the devices for a byte of data.")
      commits = family("commits_total", .counter, uuid, "Commits.")
      lastCommit = family("last_commit_seconds", .gauge, uuid, "Duration of the last commit.")
      maxCommit = family("max_commit_seconds", .gauge, uuid, "Duration of the longest commit.")
      commitTime = family("commit_seconds_total", .counter, uuid, "Time spent in commits.")
    }
  }
}
