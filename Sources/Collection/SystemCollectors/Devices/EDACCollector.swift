import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Corrected and uncorrected memory errors, from /sys/devices/system/edac.
struct EDACCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()
  private var controllers = ShownNames()
  /// The entries of each controller's directory, and of those of its rows.
  private var entries: [String: NameList] = [:]
  private var rows: [String: [String: NameList]] = [:]

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  private static let place = "devices/system/edac/mc"
  private static let unknown = "unknown"

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    let families = Families(in: &buffer)
    // A machine without the driver is a success in node_exporter.
    _ = try files.lists(&list, Self.place)
    controllers.update(list) { $0.number(after: "mc") != nil }
    for name in controllers.names {
      let controller = String(name.dropFirst(2))
      if let count = files.number(Self.place, name, "ce_count") {
        buffer.add(count, controller, to: families.corrected)
      }
      if let count = files.number(Self.place, name, "ue_count") {
        buffer.add(count, controller, to: families.uncorrected)
      }
      // Errors that the driver could not attribute to a row.
      if let count = files.number(Self.place, name, "ce_noinfo_count") {
        buffer.add(count, controller, Self.unknown, to: families.rowCorrected)
      }
      if let count = files.number(Self.place, name, "ue_noinfo_count") {
        buffer.add(count, controller, Self.unknown, to: families.rowUncorrected)
      }
      _ = try files.lists(&entries[name, default: NameList()], Self.place, name)
      for entry in entries[name]?.names ?? [] where entry.hasPrefix("csrow") {
        guard let row = entry.number(after: "csrow") else { continue }
        try addRow(entry, of: name, controller, row, families, to: &buffer)
      }
    }
  }

  private mutating func addRow(
    _ entry: String, of name: String, _ controller: String, _ row: String, _ families: Families,
    to buffer: inout FamilyBuffer
  ) throws {
    if let count = files.number(Self.place, name, entry, "ce_count") {
      buffer.add(count, controller, row, to: families.rowCorrected)
    }
    if let count = files.number(Self.place, name, entry, "ue_count") {
      buffer.add(count, controller, row, to: families.rowUncorrected)
    }
    _ = try files.lists(
      &rows[name, default: [:]][entry, default: NameList()], Self.place, name, entry)
    for file in rows[name]?[entry]?.names ?? [] {
      for (suffix, family) in [
        ("_ce_count", families.channelCorrected), ("_ue_count", families.channelUncorrected),
      ] where file.hasSuffix(suffix) {
        guard let channel = String(file.dropLast(suffix.count)).number(after: "ch"),
          let count = files.number(Self.place, name, entry, file)
        else { continue }
        buffer.beginSample()
        buffer.label(channel)
        buffer.label(controller)
        buffer.label(row)
        files.addLabel(to: &buffer, Self.place, name, entry, "ch\(channel)_dimm_label")
        buffer.endSample(count, to: family)
      }
    }
  }

  private struct Families {
    let corrected, uncorrected, rowCorrected, rowUncorrected: FamilyBuffer.FamilyID
    let channelCorrected, channelUncorrected: FamilyBuffer.FamilyID

    init(in buffer: inout FamilyBuffer) {
      func counter(_ name: String, _ labels: [String], _ help: String) -> FamilyBuffer.FamilyID {
        buffer.family("node_edac_\(name)_errors_total", .counter, help, labels: labels)
      }
      let row = ["controller", "csrow"]
      let channel = ["channel", "controller", "csrow", "dimm_label"]
      corrected = counter("correctable", ["controller"], "Memory errors that were corrected.")
      uncorrected = counter(
        "uncorrectable", ["controller"], "Memory errors that were not corrected.")
      rowCorrected = counter("csrow_correctable", row, "Corrected memory errors of a chip row.")
      rowUncorrected = counter(
        "csrow_uncorrectable", row, "Memory errors of a chip row that were not corrected.")
      channelCorrected = counter(
        "channel_correctable", channel, "Corrected memory errors of a channel.")
      channelUncorrected = counter(
        "channel_uncorrectable", channel, "Memory errors of a channel that were not corrected.")
    }
  }
}
