import CollectorCore

extension ProcessReader {
  /// The kernel's flag of its own threads.
  private static let kernelThreadFlag: UInt64 = 0x0020_0000

  /// Reads `pid (comm) state ppid ...`. The name may hold anything, parentheses too.
  static func parseStat(_ bytes: Span<UInt8>, pid: Int32) throws(FormatError) -> ProcessReading {
    guard let open = bytes.firstIndex(of: "("), let close = bytes.lastIndex(of: ")"), open < close
    else { throw FormatError(file: "\(pid)/stat", line: 1, "the name is missing") }
    let comm = CommName(bytes.extracting((open + 1)..<close))
    var line = ByteScanner(
      bytes.extracting((close + 1)..<bytes.count), file: "\(pid)/stat", line: 1)
    guard let letter = line.nextField(), letter.count == 1 else {
      throw line.error("the state is missing")
    }
    let state = ThreadState(letter: letter[0])
    let parent = Int32(truncatingIfNeeded: try line.unsigned("the parent"))
    // Process group, session and terminal may be negative.
    for _ in 0..<4 { line.skipField() }
    let flags = try line.unsigned("the flags")
    var counters = ProcessCounters()
    counters.minorFaults = try line.unsigned("minflt")
    line.skipField()
    counters.majorFaults = try line.unsigned("majflt")
    line.skipField()
    counters.userTicks = try line.unsigned("utime")
    counters.systemTicks = try line.unsigned("stime")
    for _ in 0..<4 { line.skipField() }
    let threads = try line.unsigned("num_threads")
    line.skipField()
    let start = try line.unsigned("starttime")
    let virtual = try line.unsigned("vsize")
    guard let resident = line.nextField()?.signed else { throw line.error("rss is missing") }
    return ProcessReading(
      pid: pid, parent: parent, startTicks: start, comm: comm,
      isKernelThread: flags & kernelThreadFlag != 0, state: state, threadCount: threads,
      counters: counters, virtualBytes: virtual, residentPages: UInt64(clamping: resident))
  }

  /// The fields of a `status` file that are shown.
  struct Status {
    var state = ThreadState.other
    var swappedBytes: UInt64 = 0
    var voluntarySwitches: UInt64 = 0
    var involuntarySwitches: UInt64 = 0

    func thread(id: Int32) -> ThreadReading {
      ThreadReading(
        id: id, state: state, voluntarySwitches: voluntarySwitches,
        involuntarySwitches: involuntarySwitches)
    }
  }

  /// Reads a `status` file; nil if it has no state, as when the process is going.
  static func parseStatus(_ bytes: Span<UInt8>) -> Status? {
    var status = Status()
    var hasState = false
    var lines = ByteScanner(bytes, file: "status")
    while var line = lines.nextLine() {
      let rest = line.rest
      guard !rest.isEmpty else { continue }
      switch rest[0] {
      case UInt8(ascii: "S") where rest.starts(with: "State:"):
        line.skipField()
        guard let letter = line.nextField() else { return nil }
        status.state = ThreadState(letter: letter[0])
        hasState = true
      case UInt8(ascii: "V") where rest.starts(with: "VmSwap:"):
        line.skipField()
        status.swappedBytes = (line.nextField()?.unsigned ?? 0) &* 1024
      case UInt8(ascii: "v") where rest.starts(with: "voluntary_ctxt_switches:"):
        line.skipField()
        status.voluntarySwitches = line.nextField()?.unsigned ?? 0
      case UInt8(ascii: "n") where rest.starts(with: "nonvoluntary_ctxt_switches:"):
        line.skipField()
        status.involuntarySwitches = line.nextField()?.unsigned ?? 0
      default: break
      }
    }
    return hasState ? status : nil
  }

  /// Reads `schedstat`; nil for anything but three numbers, and for the zeros of a kernel that does not
  /// keep them.
  static func parseActivity(_ bytes: Span<UInt8>) -> ThreadActivity? {
    var line = ByteScanner(bytes, file: "schedstat")
    guard let running = line.nextField()?.unsigned, let waiting = line.nextField()?.unsigned,
      let slices = line.nextField()?.unsigned, slices > 0
    else { return nil }
    return ThreadActivity(running: running, waiting: waiting, slices: slices)
  }

  /// Reads the second number of `statm`: resident pages.
  static func parseResidentPages(_ bytes: Span<UInt8>) -> UInt64? {
    var line = ByteScanner(bytes, file: "statm")
    line.skipField()
    return line.nextField()?.unsigned
  }

  /// Reads `Pss:` and `SwapPss:` of `smaps_rollup`; nil without the former.
  static func parseProportional(_ bytes: Span<UInt8>) -> ProportionalMemory? {
    var memory = ProportionalMemory()
    var isComplete = false
    var lines = ByteScanner(bytes, file: "smaps_rollup")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      if key.equals("Pss:"), let kilobytes = line.nextField()?.unsigned {
        memory.residentBytes = kilobytes &* 1024
        isComplete = true
      } else if key.equals("SwapPss:"), let kilobytes = line.nextField()?.unsigned {
        memory.swappedBytes = kilobytes &* 1024
      }
    }
    return isComplete ? memory : nil
  }

  /// Reads `read_bytes:` and `write_bytes:` of an `io` file.
  static func parseIO(_ bytes: Span<UInt8>) throws(FormatError) -> ProcessTraffic {
    var traffic = ProcessTraffic()
    var found = 0
    var lines = ByteScanner(bytes, file: "io")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      if key.equals("read_bytes:") {
        traffic.read = try line.unsigned("read_bytes")
        found += 1
      } else if key.equals("write_bytes:") {
        traffic.written = try line.unsigned("write_bytes")
        found += 1
      }
    }
    guard found == 2 else { throw lines.error("read_bytes or write_bytes is missing") }
    return traffic
  }

  /// Reads the soft limit of `Max open files`; nil if there is none.
  static func parseOpenFileLimit(_ bytes: Span<UInt8>) -> UInt64? {
    var lines = ByteScanner(bytes, file: "limits")
    while var line = lines.nextLine() {
      guard line.rest.starts(with: "Max open files") else { continue }
      for _ in 0..<3 { line.skipField() }
      return line.nextField()?.unsigned
    }
    return nil
  }
}
