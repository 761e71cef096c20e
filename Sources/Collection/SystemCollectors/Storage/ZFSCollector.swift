import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// ZFS: the driver's counters, and those of pools and data sets, from /proc/spl/kstat/zfs.
struct ZFSCollector: Collector {
  let proc: ProcRoot

  private static let root = "spl/kstat/zfs"
  /// The files of named counters, and the part of the metric name for each.
  private static let files = [
    ("abdstats", "abd"), ("arcstats", "arc"), ("dbufstats", "dbuf"), ("dmu_tx", "dmu_tx"),
    ("dnodestats", "dnode"), ("fm", "fm"), ("vdev_cache_stats", "vdev_cache"),
    ("vdev_mirror_stats", "vdev_mirror"), ("xuio_stats", "xuio"), ("zfetchstats", "zfetch"),
    ("zil", "zil"),
  ]
  private static let states = [
    "online", "degraded", "faulted", "offline", "removed", "unavail", "suspended",
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let names: [String]
    do {
      names = try Directory.open("\(proc.proc)/\(Self.root)").names()
    } catch {
      guard error.isMissing else { throw error }
      throw NoData("the ZFS driver is not loaded")
    }
    let present = Set(names)
    for (file, part) in Self.files where present.contains(file) {
      let text = try proc.readLines("\(Self.root)/\(file)")
      try addNamed(text.span, "\(Self.root)/\(file)", prefix: part, to: &buffer)
    }
    for pool in names {
      // Pools are directories; the other entries are files of the driver.
      guard let entries = try? Directory.open("\(proc.proc)/\(Self.root)/\(pool)").names() else {
        continue
      }
      try addPool(pool, entries, to: &buffer)
    }
  }

  /// Adds lines `name type value`, after two lines of headings. Types 3 and 4 are whole numbers.
  private func addNamed(
    _ bytes: Span<UInt8>, _ file: String, prefix: String, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: file)
    while var line = lines.nextLine() {
      guard lines.lineNumber > 2, let name = line.nextField() else { continue }
      let type = try line.unsigned("the type")
      guard type == 3 || type == 4 else { continue }
      guard let value = line.nextField()?.signed64 else {
        throw line.error("the value of \(name.excerpt) is missing or no number")
      }
      buffer.untyped(
        "node_zfs_\(prefix)_\(Self.metricPart(name))", "A counter of the ZFS driver.", value)
    }
  }

  private func addPool(
    _ pool: String, _ entries: [String], to buffer: inout FamilyBuffer
  ) throws {
    for entry in entries {
      let path = "\(Self.root)/\(pool)/\(entry)"
      if entry == "io" {
        let text = try proc.readLines(path)
        try addIO(text.span, path, pool, to: &buffer)
      } else if entry == "state" {
        let text = try proc.readLines(path)
        let current = text.span.trimmed.text.lowercased()
        buffer.family(
          "node_zfs_zpool_state", .gauge, "1 for the state of the pool.",
          labels: ["state", "zpool"])
        for state in Self.states { buffer.add(state == current ? 1 : 0, state, pool) }
      } else if entry.hasPrefix("objset-") {
        // A data set may be removed between the listing and the reading.
        guard let text = try? proc.read(path) else { continue }
        try addDataSet(text.span, path, pool, to: &buffer)
      }
    }
  }

  /// Adds a line of names and a line of values, after one line of headings.
  private func addIO(
    _ bytes: Span<UInt8>, _ file: String, _ pool: String, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: file)
    _ = lines.nextLine()
    guard var names = lines.nextLine(), var values = lines.nextLine() else {
      throw lines.error("names and values are missing")
    }
    while let name = names.nextField() {
      let value = try values.unsigned(name.excerpt)
      buffer.family(
        "node_zfs_zpool_\(Self.metricPart(name))", .unknown, "A counter of the pool.",
        labels: ["zpool"])
      buffer.add(Double(value), pool)
    }
  }

  private func addDataSet(
    _ bytes: Span<UInt8>, _ file: String, _ pool: String, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: file)
    var dataSet = ""
    while var line = lines.nextLine() {
      guard lines.lineNumber > 2, let name = line.nextField() else { continue }
      let type = try line.unsigned("the type")
      if name.equals("dataset_name") {
        dataSet = line.rest.trimmed.text
        continue
      }
      guard type == 3 || type == 4 else { continue }
      let value = try line.unsigned(name.excerpt)
      buffer.family(
        "node_zfs_zpool_dataset_\(Self.metricPart(name))", .unknown, "A counter of the data set.",
        labels: ["dataset", "zpool"])
      buffer.add(Double(value), dataSet, pool)
    }
  }

  private static func metricPart(_ name: Span<UInt8>) -> String {
    String(name.text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}

extension Span<UInt8> {
  /// The bytes as a 64-bit whole number with or without a sign; nil if they are not a number.
  fileprivate var signed64: Double? {
    unsigned.map { Double($0) } ?? signed.map { Double($0) }
  }
}
