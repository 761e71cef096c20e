/// The oldest process of a group. When another one takes its place, the group has been restarted.
struct ProcessLeader: Hashable, Sendable {
  var startTicks: UInt64
  var pid: Int32

  func isOlder(than other: ProcessLeader) -> Bool {
    (startTicks, pid) < (other.startTicks, other.pid)
  }
}

/// The restart counters of removed groups, so that a group that returns continues its count.
struct DepartedGroups: Sendable {
  /// The most groups in the list; those that were removed first are dropped first.
  static let limit = 1024

  struct Record: Sendable {
    var leader: ProcessLeader?
    var restarts: UInt64
  }

  private var records: [String: Record] = [:]
  private var order: [String] = []
  private var first = 0

  mutating func remember(_ group: ProcessGroup) {
    if records.updateValue(
      Record(leader: group.leader, restarts: group.restarts), forKey: group.name) == nil
    {
      order.append(group.name)
    }
    while records.count > Self.limit, first < order.count {
      records[order[first]] = nil
      first += 1
    }
    // Names that returned or were removed twice leave stale entries in the list.
    if order.count > 4 * Self.limit {
      var seen: Set<String> = []
      order = order[first...].filter { records[$0] != nil && seen.insert($0).inserted }
      first = 0
    }
  }

  mutating func recall(_ name: String) -> Record? {
    records.removeValue(forKey: name)
  }

  var count: Int { records.count }
}
