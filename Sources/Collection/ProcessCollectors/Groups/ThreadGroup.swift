/// The threads of one name in a group: what they used since the program began, and how many there
/// are.
struct ThreadGroup: Sendable {
  let name: String
  var count = 0
  var counters = ProcessCounters()
  var traffic = ProcessTraffic()
  /// Whether the traffic of any thread was ever readable.
  var hasTraffic = false
  var voluntarySwitches: UInt64 = 0
  var involuntarySwitches: UInt64 = 0
}

/// The threads of a group by name. A name remains as long as the group, so that its counters never
/// decrease; beyond a limit threads are counted together as `other`.
struct ThreadTable: Sendable {
  /// The most names of one group.
  static let limit = 64
  /// The name for threads beyond the limit.
  static let other = "other"

  private(set) var groups: [ThreadGroup] = []
  private var indexByName: [CommName: Int] = [:]
  private var otherIndex: Int?

  mutating func beginScrape() {
    for index in groups.indices { groups[index].count = 0 }
  }

  /// Counts a thread, and what it used since `past`; `past` is nil for one that is new.
  mutating func add(_ thread: ThreadReading, since past: ThreadReading?, isFirst: Bool) {
    let index = index(of: thread.name)
    groups[index].count += 1
    groups[index].hasTraffic = groups[index].hasTraffic || thread.traffic != nil
    if isFirst { return }
    let before = past?.counters ?? ProcessCounters()
    let now = thread.counters
    groups[index].counters.userTicks &+= now.userTicks.since(before.userTicks)
    groups[index].counters.systemTicks &+= now.systemTicks.since(before.systemTicks)
    groups[index].counters.minorFaults &+= now.minorFaults.since(before.minorFaults)
    groups[index].counters.majorFaults &+= now.majorFaults.since(before.majorFaults)
    groups[index].voluntarySwitches &+=
      thread.voluntarySwitches.since(past?.voluntarySwitches ?? 0)
    groups[index].involuntarySwitches &+=
      thread.involuntarySwitches.since(past?.involuntarySwitches ?? 0)
    guard let traffic = thread.traffic, past == nil || past?.traffic != nil else { return }
    groups[index].traffic.read &+= traffic.read.since(past?.traffic?.read ?? 0)
    groups[index].traffic.written &+= traffic.written.since(past?.traffic?.written ?? 0)
  }

  private mutating func index(of name: CommName) -> Int {
    if let known = indexByName[name] { return known }
    if groups.count < Self.limit {
      groups.append(ThreadGroup(name: name.text))
      indexByName[name] = groups.count - 1
      return groups.count - 1
    }
    if let otherIndex { return otherIndex }
    groups.append(ThreadGroup(name: Self.other))
    otherIndex = groups.count - 1
    return groups.count - 1
  }
}

extension UInt64 {
  /// The increase of a counter; 0 if it decreased.
  func since(_ before: UInt64) -> UInt64 { self >= before ? self - before : 0 }
}
