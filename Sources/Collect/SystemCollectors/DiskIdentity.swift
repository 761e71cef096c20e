import CollectorCore
import MetricModel

/// A block device and what udev knows about it.
struct DiskIdentity: Sendable {
  let device: String
  let major: UInt64
  let minor: UInt64

  /// The families that tell about devices.
  struct Families {
    let info, fileSystem, mapper, writeCache, writeCacheEnabled, rotationRate: FamilyBuffer.FamilyID

    init(in buffer: inout FamilyBuffer) {
      info = buffer.family(
        "node_disk_info", .gauge, "The device's names; the value is always 1.",
        labels: [
          "device", "major", "minor", "model", "path", "revision", "rotational", "serial", "wwn",
        ])
      fileSystem = buffer.family(
        "node_disk_filesystem_info", .gauge,
        "The file system on the device; the value is always 1.",
        labels: ["device", "type", "usage", "uuid", "version"])
      mapper = buffer.family(
        "node_disk_device_mapper_info", .gauge, "The mapped device; the value is always 1.",
        labels: ["device", "lv_layer", "lv_name", "name", "uuid", "vg_name"])
      writeCache = buffer.family(
        "node_disk_ata_write_cache", .gauge, "Whether the disk has a write cache.",
        labels: ["device"])
      writeCacheEnabled = buffer.family(
        "node_disk_ata_write_cache_enabled", .gauge, "Whether the write cache is on.",
        labels: ["device"])
      rotationRate = buffer.family(
        "node_disk_ata_rotation_rate_rpm", .gauge, "Turns per minute; 0 if nothing turns.",
        labels: ["device"])
    }
  }

  /// Adds what is known; without udev only the numbers.
  func add(to buffer: inout FamilyBuffer, _ families: Families, proc: ProcRoot) {
    let udev = properties(proc)
    func value(_ keys: String...) -> String {
      for key in keys {
        if let value = udev[key], !value.isEmpty { return value }
      }
      return ""
    }
    let rotational = proc.sysLine("block/\(device)/queue/rotational") ?? "0"
    buffer.add(
      1,
      values: [
        device, String(major), String(minor), value("ID_MODEL"), value("ID_PATH"),
        value("ID_REVISION"), rotational,
        value("SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"), value("ID_WWN"),
      ], to: families.info)
    if !value("ID_FS_TYPE").isEmpty {
      buffer.add(
        1,
        values: [
          device, value("ID_FS_TYPE"), value("ID_FS_USAGE"), value("ID_FS_UUID"),
          value("ID_FS_VERSION"),
        ], to: families.fileSystem)
    }
    if !value("DM_NAME").isEmpty {
      buffer.add(
        1,
        values: [
          device, value("DM_LV_LAYER"), value("DM_LV_NAME"), value("DM_NAME"), value("DM_UUID"),
          value("DM_VG_NAME"),
        ], to: families.mapper)
    }
    addATA(udev, families, to: &buffer)
  }

  /// What is known of an ATA disk.
  private func addATA(
    _ udev: [String: String], _ families: Families, to buffer: inout FamilyBuffer
  ) {
    for (key, family) in [
      ("ID_ATA_WRITE_CACHE", families.writeCache),
      ("ID_ATA_WRITE_CACHE_ENABLED", families.writeCacheEnabled),
      ("ID_ATA_ROTATION_RATE_RPM", families.rotationRate),
    ] {
      guard let number = udev[key].flatMap(UInt64.init) else { continue }
      buffer.add(Double(number), device, to: family)
    }
  }

  /// udev's properties: lines `E:KEY=value`.
  private func properties(_ proc: ProcRoot) -> [String: String] {
    var file = ReadBuffer()
    guard (try? file.read(path: "\(proc.udev)/b\(major):\(minor)")) != nil else { return [:] }
    var properties: [String: String] = [:]
    var lines = ByteScanner(file.span, file: "udev")
    while var line = lines.nextLine() {
      guard line.text(before: ":")?.equals("E") == true, let key = line.text(before: "=")?.text
      else { continue }
      properties[key] = line.rest.text
    }
    return properties
  }
}
