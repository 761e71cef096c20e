import CollectorCore
import MetricModel

/// What each systemd unit and container uses, from control groups of version 2.
///
/// The kernel keeps these counts for a group whether its processes live long or not: short-lived processes are in them,
/// too. A machine with version 1 shows nothing.
struct ControlGroupCollector: Collector {
  private let proc: ProcRoot
  private let filter: NameFilter

  /// Most units and containers that are shown; further ones are counted.
  static let groupLimit = 2000
  /// How deep slices may lie in each other.
  static let depthLimit = 12
  private static let root = "fs/cgroup"
  /// What the kernel's own files begin with; everything else in a group is a group.
  private static let filePrefixes = [
    "cgroup.", "cpu.", "cpuset.", "hugetlb.", "io.", "irq.", "memory.", "misc.", "pids.", "rdma.",
    "dmem.", "debug.",
  ]

  init(_ context: SystemContext) {
    proc = context.proc
    filter = context.patterns.controlGroups
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    guard (try? proc.readSys("\(Self.root)/cgroup.controllers")) != nil else {
      throw NoData("there are no control groups of version 2")
    }
    let families = ControlGroupFamilies(in: &buffer)
    var reader = ControlGroupReader()
    var shown = 0
    var left = 0
    var waiting = [(path: Self.root, depth: 0)]
    while let next = waiting.popLast() {
      // A group may go away at any moment.
      guard let names = try? proc.sysNames(next.path) else { continue }
      for name in names where !Self.filePrefixes.contains(where: name.hasPrefix) {
        let path = "\(next.path)/\(name)"
        switch ControlGroupName.kind(of: name) {
        case .parent:
          if next.depth < Self.depthLimit { waiting.append((path, next.depth + 1)) }
        case .owner(let owner):
          guard filter.shows(owner.unit.isEmpty ? owner.container : owner.unit) else { continue }
          guard shown < Self.groupLimit else {
            left += 1
            continue
          }
          guard let directory = try? Directory.open("\(proc.sys)/\(path)") else { continue }
          shown += 1
          try reader.add(owner, directory, families, to: &buffer)
        }
      }
    }
    buffer.gauge(
      "tocsin_cgroup_groups_omitted", "Units and containers beyond the limit of the collector.",
      Double(left))
  }
}
