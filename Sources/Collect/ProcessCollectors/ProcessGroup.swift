/// A group of processes: what its members, past ones included, have used since the program began, and
/// what those alive hold.
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
  var swappedBytes: UInt64 = 0
  var openFiles: UInt64 = 0
  /// Whether the open files of any member are readable.
  var hasOpenFiles = false
  var worstFileRatio = 0.0
  var oldestStartTicks: UInt64?
  var states: [5 of Int] = .init(repeating: 0)

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
    swappedBytes = 0
    openFiles = 0
    hasOpenFiles = false
    worstFileRatio = 0
    oldestStartTicks = nil
    states = .init(repeating: 0)
  }

  /// Adds what a member holds.
  mutating func addHoldings(of reading: ProcessReading) {
    processes += 1
    threads += reading.threadCount
    residentPages &+= reading.residentPages
    virtualBytes &+= reading.virtualBytes
    swappedBytes &+= reading.swappedBytes
    oldestStartTicks = min(oldestStartTicks ?? .max, reading.startTicks)
    guard let open = reading.openFiles else { return }
    hasOpenFiles = true
    openFiles &+= open
    if let limit = reading.openFileLimit, limit > 0 {
      worstFileRatio = max(worstFileRatio, Double(open) / Double(limit))
    }
  }
}
