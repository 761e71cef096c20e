/// Tracks every process between scrapes and accumulates what groups use.
///
/// A process is identified by its pid and start time. Each scrape adds to a process's group what
/// the process used since the last one; a process that existed at the first scrape counts from
/// then, a later one from its start. Differences never wrap: a counter that decreased adds nothing
/// and is counted as a reset. A process that is gone is forgotten, whether it belonged to a group
/// or not.
struct ProcessTracker: Sendable {
  /// The outcome of naming a new process.
  enum Naming {
    case group(String)
    /// No rule matches; it may inherit.
    case unnamed
    /// The process ended before it could be read.
    case gone
  }

  /// The most groups without members that are retained; those empty for longest are removed first.
  static let emptyGroupLimit = 256

  private struct Known {
    var startTicks: UInt64
    var comm: CommName
    /// `nil` for a process without a group.
    var group: Int?
    /// Nil before the first full reading.
    var counters: ProcessCounters?
    var traffic: ProcessTraffic?
    var threads: [ThreadReading] = []
    /// Whether it existed at the first scrape.
    var isOld: Bool
    /// Whether its threads are seen for the first time although they are not new: their past
    /// belongs to no group.
    var isFirstMeeting: Bool
    var scrape: UInt64
  }

  private let childrenInherit: Bool
  private let removesEmptyGroups: Bool
  private let groupLimit: Int
  private let namesThreads: Bool
  private var known: [Int32: Known] = [:]
  private var slots: [ProcessGroup?] = []
  private var indexByName: [String: Int] = [:]
  private var scrape: UInt64 = 0
  /// Counters that decreased, since the program began.
  private(set) var resets: UInt64 = 0
  /// Processes that were counted in the group `other` because there were too many groups.
  private(set) var overflowed: UInt64 = 0
  /// Whether a process started, ended or was named again in the current scrape.
  private(set) var hasChangedMembers = false
  private var departed = DepartedGroups()
  /// The indices of the groups sorted by name; `nil` when groups were added or removed.
  private var order: [Int]?

  /// The group of the processes beyond the limit of groups.
  static let other = "other"
  /// The default limit of groups.
  static let defaultGroupLimit = 1000

  init(
    childrenInherit: Bool = true, removesEmptyGroups: Bool = false,
    groupLimit: Int = ProcessTracker.defaultGroupLimit, namesThreads: Bool = true
  ) {
    self.childrenInherit = childrenInherit
    self.removesEmptyGroups = removesEmptyGroups
    self.groupLimit = groupLimit
    self.namesThreads = namesThreads
  }

  /// The groups, sorted by name.
  var groups: [ProcessGroup] {
    mutating get {
      let order = self.order ?? slots.indices.sorted { name($0) < name($1) }
      self.order = order
      return order.compactMap { slots[$0] }
    }
  }

  private func name(_ index: Int) -> String { slots[index]?.name ?? "" }

  /// The ports that groups listen on, in a stable order. A socket that several groups share counts
  /// for each.
  func listeners(_ sockets: ListeningSockets) -> [ProcessFamilies.Listener] {
    var counts: [ProcessFamilies.Listener: Int] = [:]
    for (socket, owners) in sockets.owners {
      guard let port = sockets.ports[socket] else { continue }
      let living = owners.compactMap { known[$0] }.filter { $0.scrape == scrape }
      let groups = Set(living.compactMap(\.group))
      for name in groups.compactMap({ slots[$0]?.name }) {
        let listener = ProcessFamilies.Listener(
          group: name, port: port.number, protocolName: port.isVersion6 ? "tcp6" : "tcp",
          sockets: 0)
        counts[listener, default: 0] += 1
      }
    }
    return counts.map { listener, count in
      var listener = listener
      listener.sockets = count
      return listener
    }.sorted { ($0.group, $0.port, $0.protocolName) < ($1.group, $1.port, $1.protocolName) }
  }

  /// The name of a group by its index.
  func name(ofGroup index: Int) -> String? { slots[index]?.name }

  /// The number of tracked processes.
  var knownCount: Int { known.count }

  /// Begins a scrape of these processes and returns the group of each; `nil` for those without a
  /// group.
  ///
  /// `naming` is called only for processes that are new or have become another program.
  /// `isToNameAgain` selects those that are named once more although they seem unchanged.
  mutating func begin(
    _ processes: [ProcessReading], isToNameAgain: (ProcessReading) -> Bool = { _ in false },
    naming: (ProcessReading) -> Naming
  ) -> [Int?] {
    scrape += 1
    hasChangedMembers = false
    for index in slots.indices { slots[index]?.beginScrape() }
    var unnamed: [Int32: Int32] = [:]
    for process in processes {
      note(process, isToNameAgain: isToNameAgain, naming: naming, unnamed: &unnamed)
    }
    if known.count != processes.count { hasChangedMembers = true }
    if childrenInherit {
      for pid in unnamed.keys {
        let group = inheritedGroup(of: pid, unnamed)
        known[pid]?.group = group
      }
    }
    return processes.map { known[$0.pid]?.group }
  }

  /// Adds one process of a group, read in full. Without `threads`, what its threads did is unknown
  /// this time.
  mutating func add(_ reading: ProcessReading, threads: [ThreadReading]?) {
    guard let place = known.index(forKey: reading.pid), let index = known.values[place].group,
      var group = slots[index]
    else { return }
    slots[index] = nil
    group.lastScrape = scrape
    group.addHoldings(of: reading)
    if known.values[place].isOld, known.values[place].counters == nil {
      // It existed before this program.
      group.hasTraffic = group.hasTraffic || reading.traffic != nil
    } else {
      addUse(of: reading, since: known.values[place], to: &group)
    }
    known.values[place].counters = reading.counters
    known.values[place].traffic = reading.traffic ?? known.values[place].traffic
    if let threads, !threads.isEmpty {
      // Moved out and back, so that its memory is reused.
      var past = known.values[place].threads
      known.values[place].threads = []
      add(threads, since: past, isFirst: known.values[place].isFirstMeeting, to: &group)
      past.removeAll(keepingCapacity: true)
      past.append(contentsOf: threads)
      known.values[place].threads = past
      known.values[place].isFirstMeeting = false
    } else {
      group.states[reading.state.rawValue] += 1
    }
    slots[index] = group
  }

  /// Ends the scrape: forgets processes that are gone, and groups that have been empty too long.
  mutating func finish() {
    let current = scrape
    if known.contains(where: { $0.value.scrape != current }) {
      known = known.filter { $0.value.scrape == current }
    }
    for index in slots.indices where slots[index]?.name != Self.other {
      slots[index]?.endScrape()
    }
    let empty = slots.indices.filter { slots[$0].map { $0.processes == 0 } ?? false }
    let surplus = removesEmptyGroups ? empty.count : empty.count - Self.emptyGroupLimit
    guard surplus > 0 else { return }
    let oldest = empty.sorted { (slots[$0]?.lastScrape ?? 0) < (slots[$1]?.lastScrape ?? 0) }
    let used = Set(known.values.compactMap(\.group))
    for index in oldest.prefix(surplus) where !used.contains(index) {
      if let group = slots[index] {
        indexByName[group.name] = nil
        departed.remember(group)
      }
      slots[index] = nil
      order = nil
    }
  }
}

extension ProcessTracker {
  private mutating func note(
    _ process: ProcessReading, isToNameAgain: (ProcessReading) -> Bool,
    naming: (ProcessReading) -> Naming, unnamed: inout [Int32: Int32]
  ) {
    let place = known.index(forKey: process.pid)
    var before = place.map { known.values[$0] }
    if before?.startTicks != process.startTicks { before = nil }
    // A process between fork and exec still has its parent's name: check again when it changes.
    if let place, before?.comm == process.comm, !isToNameAgain(process) {
      known.values[place].scrape = scrape
      return
    }
    hasChangedMembers = true
    var entry =
      before
      ?? Known(
        startTicks: process.startTicks, comm: process.comm, isOld: scrape == 1,
        isFirstMeeting: scrape == 1, scrape: scrape)
    entry.comm = process.comm
    entry.scrape = scrape
    switch naming(process) {
    case .group(let name):
      let isNewcomer = before != nil && entry.group == nil
      entry.group = index(ofGroup: name)
      // Usage while it belonged to no group is not counted.
      if isNewcomer {
        entry.counters = process.counters
        entry.isFirstMeeting = true
      }
    case .unnamed:
      entry.group = nil
      unnamed[process.pid] = process.parent
    case .gone:
      known[process.pid] = nil
      return
    }
    known[process.pid] = entry
  }

  private mutating func index(ofGroup name: String) -> Int {
    if let index = indexByName[name] { return index }
    if indexByName.count >= groupLimit, name != Self.other {
      overflowed += 1
      return index(ofGroup: Self.other)
    }
    let index = slots.firstIndex { $0 == nil } ?? slots.count
    if index == slots.count { slots.append(nil) }
    var group = ProcessGroup(name: name)
    if let past = departed.recall(name) {
      group.leader = past.leader
      group.restarts = past.restarts
    }
    slots[index] = group
    indexByName[name] = index
    order = nil
    return index
  }

  /// The group of the nearest ancestor that has one.
  private func inheritedGroup(of pid: Int32, _ unnamed: [Int32: Int32]) -> Int? {
    var parent = unnamed[pid]
    // A chain cannot be longer than the number of processes; a longer one is a cycle.
    for _ in 0..<max(1, known.count) {
      guard let next = parent, next != 0, let ancestor = known[next], ancestor.scrape == scrape
      else { return nil }
      if let group = ancestor.group { return group }
      guard let above = unnamed[next] else { return nil }
      parent = above
    }
    return nil
  }

  private mutating func addUse(
    of reading: ProcessReading, since process: Known, to group: inout ProcessGroup
  ) {
    let before = process.counters ?? ProcessCounters()
    let now = reading.counters
    group.counters.userTicks &+= growth(now.userTicks, before.userTicks)
    group.counters.systemTicks &+= growth(now.systemTicks, before.systemTicks)
    group.counters.minorFaults &+= growth(now.minorFaults, before.minorFaults)
    group.counters.majorFaults &+= growth(now.majorFaults, before.majorFaults)
    guard let traffic = reading.traffic else { return }
    group.hasTraffic = true
    // Without an earlier reading of a process that had one, its past is unknown.
    if process.traffic == nil, process.counters != nil { return }
    let past = process.traffic ?? ProcessTraffic()
    group.traffic.read &+= growth(traffic.read, past.read)
    group.traffic.written &+= growth(traffic.written, past.written)
  }

  /// Adds the state of each thread, and its context switches since the last scrape; a thread that
  /// is gone subtracts nothing.
  private mutating func add(
    _ threads: [ThreadReading], since past: [ThreadReading], isFirst: Bool,
    to group: inout ProcessGroup
  ) {
    var cursor = 0
    for thread in threads {
      group.states[thread.state.rawValue] += 1
      if thread.waitChannel > 0 { group.waiting[thread.waitChannel, default: 0] += 1 }
      // Both lists are in the kernel's order, which is that of the ids.
      while cursor < past.count, past[cursor].id < thread.id { cursor += 1 }
      let before = cursor < past.count && past[cursor].id == thread.id ? past[cursor] : nil
      if namesThreads { group.threadTable.add(thread, since: before, isFirst: isFirst) }
      if isFirst { continue }
      group.voluntarySwitches &+= growth(
        thread.voluntarySwitches, before?.voluntarySwitches ?? 0)
      group.involuntarySwitches &+= growth(
        thread.involuntarySwitches, before?.involuntarySwitches ?? 0)
    }
  }

  private mutating func growth(_ now: UInt64, _ before: UInt64) -> UInt64 {
    guard now >= before else {
      resets += 1
      return 0
    }
    return now - before
  }
}
