import CollectorCore
import MetricModel

/// Memory errors that were corrected and that were not, from /sys/devices/system/edac.
struct EDACCollector: Collector {
  let proc: ProcRoot

  private static let controllers = "devices/system/edac/mc"

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let families = Families(in: &buffer)
    // The peer calls a machine without the driver a success.
    for name in try proc.sysNames(Self.controllers) {
      guard let controller = name.number(after: "mc") else { continue }
      let directory = "\(Self.controllers)/\(name)"
      add("\(directory)/ce_count", [controller], families.corrected, to: &buffer)
      add("\(directory)/ue_count", [controller], families.uncorrected, to: &buffer)
      // Errors that no row could be found for.
      let unknown = [controller, "unknown"]
      add("\(directory)/ce_noinfo_count", unknown, families.rowCorrected, to: &buffer)
      add("\(directory)/ue_noinfo_count", unknown, families.rowUncorrected, to: &buffer)
      for entry in try proc.sysNames(directory) {
        guard let row = entry.number(after: "csrow") else { continue }
        try addRow("\(directory)/\(entry)", controller, row, families, to: &buffer)
      }
    }
  }

  private func addRow(
    _ directory: String, _ controller: String, _ row: String, _ families: Families,
    to buffer: inout FamilyBuffer
  ) throws {
    add("\(directory)/ce_count", [controller, row], families.rowCorrected, to: &buffer)
    add("\(directory)/ue_count", [controller, row], families.rowUncorrected, to: &buffer)
    for file in try proc.sysNames(directory) {
      for (suffix, family) in [
        ("_ce_count", families.channelCorrected), ("_ue_count", families.channelUncorrected),
      ] where file.hasSuffix(suffix) {
        guard let channel = String(file.dropLast(suffix.count)).number(after: "ch") else {
          continue
        }
        let label = proc.sysLine("\(directory)/ch\(channel)_dimm_label") ?? ""
        add("\(directory)/\(file)", [channel, controller, row, label], family, to: &buffer)
      }
    }
  }

  private func add(
    _ path: String, _ labels: [String], _ family: FamilyBuffer.FamilyID,
    to buffer: inout FamilyBuffer
  ) {
    if let count = proc.sysNumber(path) { buffer.add(count, values: labels, to: family) }
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
