/// One processor's times in ticks of 1/100 s, from /proc/stat.
struct CPUTimes: Equatable, Sendable {
  /// The modes in the kernel's order.
  enum Mode: String, CaseIterable {
    case user, nice, system, idle, iowait, irq, softirq, steal

    fileprivate var index: Int {
      switch self {
      case .user: 0
      case .nice: 1
      case .system: 2
      case .idle: 3
      case .iowait: 4
      case .irq: 5
      case .softirq: 6
      case .steal: 7
      }
    }
  }

  /// The modes, then guest and guest_nice.
  private var ticks: [10 of UInt64] = .init(repeating: 0)

  subscript(mode: Mode) -> UInt64 {
    get { ticks[mode.index] }
    set { ticks[mode.index] = newValue }
  }

  var guest: UInt64 {
    get { ticks[8] }
    set { ticks[8] = newValue }
  }

  var guestNice: UInt64 {
    get { ticks[9] }
    set { ticks[9] = newValue }
  }

  /// The kernel's tick in user space is 1/100 s on every machine.
  static func seconds(_ ticks: UInt64) -> Double { Double(ticks) / 100 }

  /// Sets each time to the greater one of both.
  mutating func advance(to newer: CPUTimes) {
    for index in ticks.indices { ticks[index] = max(ticks[index], newer.ticks[index]) }
  }

  static func == (left: CPUTimes, right: CPUTimes) -> Bool {
    left.ticks.indices.allSatisfy { left.ticks[$0] == right.ticks[$0] }
  }
}

/// The highest times seen of each processor.
///
/// The kernel's idle and iowait times sometimes decrease a little, which would look like a restart.
/// A processor whose idle time decreases by 3 s or more was removed and added again: its times
/// start anew.
struct CPUTimesMemory: Sendable {
  /// The decrease of idle ticks that means that the processor was replaced.
  static let hotplugTicks: UInt64 = 300

  private var known: [Int: CPUTimes] = [:]

  /// Records a reading and returns the times to expose, in the order of the reading. Processors
  /// that are missing from it are forgotten.
  mutating func note(_ readings: [(cpu: Int, times: CPUTimes)]) -> [(cpu: Int, times: CPUTimes)] {
    var next: [Int: CPUTimes] = [:]
    let shown = readings.map { cpu, reading in
      var times = reading
      if var before = known[cpu],
        before[.idle] < reading[.idle] || before[.idle] - reading[.idle] < Self.hotplugTicks
      {
        before.advance(to: reading)
        times = before
      }
      next[cpu] = times
      return (cpu: cpu, times: times)
    }
    known = next
    return shown
  }
}
