/// The kernel's name of a process, packed so that comparing it needs no string.
struct CommName: Hashable, Sendable {
  private var high: UInt64 = 0
  private var low: UInt64 = 0

  init() {}

  /// Packs the first 16 bytes.
  init(_ bytes: Span<UInt8>) {
    for index in 0..<min(8, bytes.count) { high = high << 8 | UInt64(bytes[index]) }
    for index in 8..<max(8, min(16, bytes.count)) { low = low << 8 | UInt64(bytes[index]) }
  }

  /// The name as text; it never contains a zero byte.
  var text: String {
    var bytes: [UInt8] = []
    for part in [high, low] {
      for shift in stride(from: 56, through: 0, by: -8) {
        let byte = UInt8(truncatingIfNeeded: part >> UInt64(shift))
        if byte != 0 { bytes.append(byte) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Counters that only grow during a process's life.
struct ProcessCounters: Hashable, Sendable {
  var userTicks: UInt64 = 0
  var systemTicks: UInt64 = 0
  var minorFaults: UInt64 = 0
  var majorFaults: UInt64 = 0
}

/// Bytes that a process moved from and to disks.
struct ProcessTraffic: Hashable, Sendable {
  var read: UInt64 = 0
  var written: UInt64 = 0
}

/// The state of a thread, as the letter in /proc.
enum ThreadState: Int, CaseIterable, Sendable {
  case running, sleeping, waiting, zombie, other

  init(letter: UInt8) {
    switch letter {
    case UInt8(ascii: "R"): self = .running
    case UInt8(ascii: "S"): self = .sleeping
    case UInt8(ascii: "D"): self = .waiting
    case UInt8(ascii: "Z"): self = .zombie
    default: self = .other
    }
  }

  /// The value of the `state` label.
  var label: String {
    switch self {
    case .running: "Running"
    case .sleeping: "Sleeping"
    case .waiting: "Waiting"
    case .zombie: "Zombie"
    case .other: "Other"
    }
  }
}

/// The scheduler statistics of a thread: `schedstat`. Two equal ones mean that it has not run in
/// between, so none of its counters can have changed.
struct ThreadActivity: Hashable, Sendable {
  var running: UInt64
  var waiting: UInt64
  var slices: UInt64
}

/// One thread at one moment.
struct ThreadReading: Hashable, Sendable {
  var id: Int32
  var name = CommName()
  var state: ThreadState
  /// Context switches because the thread waited, and because its time slice ended.
  var voluntarySwitches: UInt64
  var involuntarySwitches: UInt64
  var counters = ProcessCounters()
  /// Nil where it cannot be read.
  var traffic: ProcessTraffic?
  /// The wait channel in the kernel: an index of `WaitChannels`, 0 for none.
  var waitChannel: UInt16 = 0
  /// `nil` where the kernel does not report it.
  var activity: ThreadActivity?
}

/// The size of a process, from `statm` and `status`. `stat` may differ slightly: since Linux 6.2
/// the kernel sums per-processor counters for some files, and estimates for others.
struct MemoryFootprint: Hashable, Sendable {
  var virtualBytes: UInt64
  var residentBytes: UInt64
}

/// Memory with shared pages counted proportionally.
struct ProportionalMemory: Hashable, Sendable {
  var residentBytes: UInt64 = 0
  var swappedBytes: UInt64 = 0
}

/// One process at one moment: first what `stat` contains, then the rest for those that belong to a
/// group.
struct ProcessReading: Sendable {
  var pid: Int32
  var parent: Int32
  /// When it began, in ticks since boot; with the pid this is the process's identity.
  var startTicks: UInt64
  var comm: CommName
  var isKernelThread = false
  var state = ThreadState.sleeping
  var threadCount: UInt64 = 1
  var counters = ProcessCounters()
  var virtualBytes: UInt64 = 0
  var residentPages: UInt64 = 0

  /// `nil` where the kernel does not report it.
  var swappedBytes: UInt64?
  /// Nil where it cannot be read.
  var traffic: ProcessTraffic?
  var openFiles: UInt64?
  /// The soft limit, the largest number for unlimited; `nil` where it cannot be read.
  var openFileLimit: UInt64?
  /// Nil unless it is sampled.
  var proportional: ProportionalMemory?
  /// Whether a sample is wanted and was not taken yet.
  var awaitsSample = false
}
