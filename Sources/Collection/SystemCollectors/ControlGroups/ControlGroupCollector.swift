import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The resource usage of each systemd unit and container, from control groups of version 2.
///
/// The kernel counts for a group independently of its processes, so short-lived ones are included.
/// A machine with version 1 exposes nothing.
struct ControlGroupCollector: RememberingCollector {
  private struct Owner {
    let name: ControlGroupName
    let path: String
  }

  /// A directory with other groups, classified again only when its entries change.
  private struct Parent {
    var list = NameList()
    var revision = 0
    var owners: [Owner] = []
    var parents: [String] = []
    /// The number of the last scrape in which it existed.
    var scrape: UInt64 = 0
  }

  private let filter: NameFilter
  private let sys: String
  private var files: SmallFiles
  private var reader = ControlGroupReader()
  private var known: [String: Parent] = [:]
  private var waiting: [(path: String, depth: Int)] = []
  private var scrape: UInt64 = 0

  /// The maximum number of exposed units and containers; further ones are only counted.
  static let groupLimit = 2000
  /// The maximum depth of nested slices.
  static let depthLimit = 12
  private static let root = "fs/cgroup"
  /// Prefixes of the kernel's own files; every other entry of a group is a group.
  private static let filePrefixes = [
    "cgroup.", "cpu.", "cpuset.", "hugetlb.", "io.", "irq.", "memory.", "misc.", "pids.", "rdma.",
    "dmem.", "debug.",
  ]

  init(_ context: SystemContext) {
    sys = context.proc.sys
    files = SmallFiles(root: sys)
    filter = context.patterns.controlGroups
  }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    guard files.reads(Self.root, "cgroup.controllers") else {
      throw NoData("there are no control groups of version 2")
    }
    let families = ControlGroupFamilies(in: &buffer)
    var shown = 0
    var left = 0
    var visited = 0
    scrape += 1
    waiting.append((Self.root, 0))
    while let next = waiting.popLast() {
      guard let parent = parent(next.path) else { continue }
      visited += 1
      if next.depth < Self.depthLimit {
        for path in parent.parents { waiting.append((path, next.depth + 1)) }
      }
      for owner in parent.owners {
        guard shown < Self.groupLimit else {
          left += 1
          continue
        }
        // A group may be removed at any moment.
        guard let directory = try? Directory.open(owner.path) else { continue }
        shown += 1
        try reader.add(owner.name, directory, families, to: &buffer)
      }
    }
    if known.count > visited { known = known.filter { $0.value.scrape == scrape } }
    buffer.gauge(
      "tocsin_cgroup_groups_omitted", "Units and containers beyond the limit of the collector.",
      Double(left))
  }

  /// Reads a directory. Returns nil if it no longer exists.
  private mutating func parent(_ path: String) -> Parent? {
    guard (try? files.lists(&known[path, default: Parent()].list, path)) == true else {
      known[path] = nil
      return nil
    }
    known[path]?.scrape = scrape
    if let parent = known[path], parent.revision != parent.list.revision {
      known[path] = sorted(parent, path)
    }
    return known[path]
  }

  private func sorted(_ parent: Parent, _ path: String) -> Parent {
    var parent = parent
    parent.revision = parent.list.revision
    parent.owners = []
    parent.parents = []
    for name in parent.list.names where !Self.filePrefixes.contains(where: name.hasPrefix) {
      switch ControlGroupName.kind(of: name) {
      case .parent: parent.parents.append("\(path)/\(name)")
      case .owner(let owner):
        guard filter.shows(owner.unit.isEmpty ? owner.container : owner.unit) else { continue }
        parent.owners.append(Owner(name: owner, path: "\(sys)/\(path)/\(name)"))
      }
    }
    return parent
  }
}
