import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// udev's properties of block devices. They are read with each scrape, and made into labels when
/// they change.
struct DiskIdentities: Sendable {
  /// The labels of one device, except for whether it rotates, which the kernel reports.
  private struct Identity {
    var raw: [UInt8] = []
    /// The labels before and after `rotational`.
    var info: (before: [String], after: [String]) = ([], [])
    var fileSystem: [String]?
    var mapper: [String]?
    /// Whether there is a write cache, whether it is enabled, and the rotation rate per minute.
    var ata: [Double?] = []
  }

  private let root: String
  private var udev: SmallFiles
  private var files: SmallFiles
  private var folder: String
  private var identities: [String: Identity] = [:]
  private var families: Families?
  private var hasUdev = false

  init(_ proc: ProcRoot) {
    let parts = proc.udev.split(separator: "/", omittingEmptySubsequences: false)
    folder = parts.last.map(String.init) ?? ""
    root = parts.dropLast().joined(separator: "/")
    udev = SmallFiles(root: root)
    files = SmallFiles(root: proc.sys)
  }

  /// The families with properties of devices.
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

  /// Begins the families of a scrape.
  mutating func begin(in buffer: inout FamilyBuffer) {
    families = Families(in: &buffer)
    // Without udev one check suffices for all devices.
    hasUdev = udev.exists(folder)
    // Devices are added and removed, so the cache is bounded.
    if identities.count > 10_000 { identities.removeAll() }
  }

  /// Adds the known properties of a device; without udev only its numbers.
  mutating func add(
    _ device: String, _ major: UInt64, _ minor: UInt64, to buffer: inout FamilyBuffer
  ) {
    guard let families else { return }
    // "b259:12" is short enough to need no heap allocation.
    let isKnown = hasUdev && udev.reads(folder, "b\(major):\(minor)")
    var identity = identities[device] ?? Identity()
    if identity.info.before.isEmpty
      || (isKnown ? !udev.bytes.isSame(as: identity.raw) : !identity.raw.isEmpty)
    {
      identity = Self.identity(device, major, minor, isKnown ? udev.bytes.array : [])
      identities[device] = identity
    }
    buffer.beginSample()
    for value in identity.info.before { buffer.label(value) }
    if files.reads("block", device, "queue", "rotational") {
      buffer.label(files.text)
    } else {
      buffer.label("0")
    }
    for value in identity.info.after { buffer.label(value) }
    buffer.endSample(1, to: families.info)
    if let values = identity.fileSystem { buffer.add(1, values: values, to: families.fileSystem) }
    if let values = identity.mapper { buffer.add(1, values: values, to: families.mapper) }
    for (value, family) in zip(
      identity.ata, [families.writeCache, families.writeCacheEnabled, families.rotationRate])
    {
      if let value { buffer.add(value, device, to: family) }
    }
  }

  private static func identity(
    _ device: String, _ major: UInt64, _ minor: UInt64, _ raw: [UInt8]
  ) -> Identity {
    let udev = properties(raw.span)
    func value(_ keys: String...) -> String {
      for key in keys {
        if let value = udev[key], !value.isEmpty { return value }
      }
      return ""
    }
    var identity = Identity()
    identity.raw = raw
    identity.info.before = [
      device, String(major), String(minor), value("ID_MODEL"), value("ID_PATH"),
      value("ID_REVISION"),
    ]
    identity.info.after = [
      value("SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"), value("ID_WWN"),
    ]
    if !value("ID_FS_TYPE").isEmpty {
      identity.fileSystem = [
        device, value("ID_FS_TYPE"), value("ID_FS_USAGE"), value("ID_FS_UUID"),
        value("ID_FS_VERSION"),
      ]
    }
    if !value("DM_NAME").isEmpty {
      identity.mapper = [
        device, value("DM_LV_LAYER"), value("DM_LV_NAME"), value("DM_NAME"), value("DM_UUID"),
        value("DM_VG_NAME"),
      ]
    }
    identity.ata = [
      "ID_ATA_WRITE_CACHE", "ID_ATA_WRITE_CACHE_ENABLED", "ID_ATA_ROTATION_RATE_RPM",
    ].map { udev[$0].flatMap(UInt64.init).map { Double($0) } }
    return identity
  }

  /// udev's properties: lines `E:KEY=value`.
  private static func properties(_ bytes: Span<UInt8>) -> [String: String] {
    var properties: [String: String] = [:]
    var lines = ByteScanner(bytes, file: "udev")
    while var line = lines.nextLine() {
      guard line.text(before: ":")?.equals("E") == true, let key = line.text(before: "=")?.text
      else { continue }
      properties[key] = line.rest.text
    }
    return properties
  }
}
