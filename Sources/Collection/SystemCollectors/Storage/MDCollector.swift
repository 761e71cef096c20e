import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Software RAID, from /proc/mdstat and /sys/block/md*/md.
struct MDCollector: RememberingCollector {
  private let path: String
  private var table = ReadBuffer()
  private var files: SmallFiles

  init(proc: ProcRoot) {
    path = proc.proc + "/mdstat"
    files = SmallFiles(root: proc.sys)
  }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    var table = self.table.taken()
    defer { self.table = table }
    try table.readIfPresent(path: path)
    let arrays = try RAIDArray.parse(table.span)
    let disks = buffer.family(
      "node_md_disks", .gauge, "Disks of the array by state.", labels: ["device", "state"])
    let required = gauge("disks_required", "Disks that the array needs.", in: &buffer)
    let blocks = gauge("blocks", "Blocks of the array.", in: &buffer)
    let synced = gauge("blocks_synced", "Blocks that are in step.", in: &buffer)
    let states = buffer.family(
      "node_md_state", .gauge, "1 for what the array does at present.",
      labels: ["device", "state"])
    let members = gauge("raid_disks", "Disks that the array was made with.", in: &buffer)
    let degraded = gauge("degraded", "Disks that the array lacks.", in: &buffer)
    for array in arrays {
      buffer.add(Double(array.active), array.name, "active", to: disks)
      buffer.add(Double(array.failed), array.name, "failed", to: disks)
      buffer.add(Double(array.spare), array.name, "spare", to: disks)
      buffer.add(Double(array.down), array.name, "down", to: disks)
      buffer.add(Double(array.required), array.name, to: required)
      buffer.add(Double(array.blocks), array.name, to: blocks)
      buffer.add(Double(array.blocksSynced), array.name, to: synced)
      for state in RAIDArray.State.allCases {
        buffer.add(array.state == state ? 1 : 0, array.name, state.rawValue, to: states)
      }
      for (name, family) in [("raid_disks", members), ("degraded", degraded)] {
        if let value = files.number("block", array.name, "md", name) {
          buffer.add(value, array.name, to: family)
        }
      }
    }
  }

  private func gauge(
    _ name: String, _ help: String, in buffer: inout FamilyBuffer
  ) -> FamilyBuffer.FamilyID {
    buffer.family("node_md_\(name)", .gauge, help, labels: ["device"])
  }
}
