/// A group of processes: the resources that its members, including past ones, have used since the
/// program began, and those that the living ones hold.
struct ProcessGroup: Sendable {
  let name: String

  // Counters.
  var counters = ProcessCounters()
  var traffic = ProcessTraffic()
  var voluntarySwitches: UInt64 = 0
  var involuntarySwitches: UInt64 = 0
  /// Whether the traffic of any member was ever readable.
  var hasTraffic = false

  // Gauges of one scrape.
  var processes = 0
  var threads: UInt64 = 0
  var residentPages: UInt64 = 0
  var virtualBytes: UInt64 = 0
  /// `nil` if the kernel reports it for no member.
  var swappedBytes: UInt64?
  var openFiles: UInt64 = 0
  /// Whether the open files of any member are readable.
  var hasOpenFiles = false
  /// Nil if no member's open files and their limit are readable.
  var worstFileRatio: Double?
  var oldestStartTicks: UInt64?
  var states: [5 of Int] = .init(repeating: 0)
  /// Proportional memory of the members that were sampled; `nil` if none was.
  var proportional: ProportionalMemory?
  /// Whether a member still waits to be sampled, so that the sum is incomplete.
  var awaitsSamples = false
  /// The number of waiting threads by index in `WaitChannels`.
  var waiting: [UInt16: Int] = [:]
  /// The threads by name.
  var threadTable = ThreadTable()

  /// The oldest member in the last scrape that had any.
  var leader: ProcessLeader?
  /// How often another process took the leader's place.
  var restarts: UInt64 = 0
  private var oldest: ProcessLeader?

  /// The scrape in which the group last had a member.
  var lastScrape: UInt64 = 0

  init(name: String) {
    self.name = name
  }

  mutating func beginScrape() {
    processes = 0
    threads = 0
    residentPages = 0
    virtualBytes = 0
    swappedBytes = nil
    openFiles = 0
    hasOpenFiles = false
    worstFileRatio = nil
    oldestStartTicks = nil
    states = .init(repeating: 0)
    proportional = nil
    awaitsSamples = false
    waiting.removeAll(keepingCapacity: true)
    threadTable.beginScrape()
    oldest = nil
  }

  /// Ends a scrape: a leader other than the last one is a restart.
  mutating func endScrape() {
    guard let oldest else { return }
    if let leader, leader != oldest, !oldest.isOlder(than: leader) { restarts += 1 }
    leader = oldest
  }

  /// Adds what a member holds.
  mutating func addHoldings(of reading: ProcessReading) {
    processes += 1
    threads += reading.threadCount
    residentPages &+= reading.residentPages
    virtualBytes &+= reading.virtualBytes
    if let swapped = reading.swappedBytes { swappedBytes = (swappedBytes ?? 0) &+ swapped }
    oldestStartTicks = min(oldestStartTicks ?? .max, reading.startTicks)
    let candidate = ProcessLeader(startTicks: reading.startTicks, pid: reading.pid)
    if oldest.map({ candidate.isOlder(than: $0) }) ?? true { oldest = candidate }
    if reading.awaitsSample { awaitsSamples = true }
    if let memory = reading.proportional {
      proportional = ProportionalMemory(
        residentBytes: (proportional?.residentBytes ?? 0) &+ memory.residentBytes,
        swappedBytes: (proportional?.swappedBytes ?? 0) &+ memory.swappedBytes)
    }
    guard let open = reading.openFiles else { return }
    hasOpenFiles = true
    openFiles &+= open
    if let limit = reading.openFileLimit, limit > 0 {
      worstFileRatio = max(worstFileRatio ?? 0, Double(open) / Double(limit))
    }
  }
}
