import SystemAccess
import CollectorCore

extension ProcessReader {
  /// The flag of kernel threads.
  private static let kernelThreadFlag: UInt64 = 0x0020_0000

  /// Parses `pid (comm) state ppid ...`. The name may contain anything, including parentheses.
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
    guard let parent = Int32(exactly: try line.unsigned("the parent")) else {
      throw line.error("the parent is no process id")
    }
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

  /// The exposed fields of a `status` file.
  struct Status {
    var state: ThreadState
    /// `nil` where the kernel does not report it: kernel threads, zombies, and kernels before
    /// 2.6.34.
    var swappedBytes: UInt64?
    var memory: MemoryFootprint
    var voluntarySwitches: UInt64
    var involuntarySwitches: UInt64

    func thread(id: Int32) -> ThreadReading {
      ThreadReading(
        id: id, state: state, voluntarySwitches: voluntarySwitches,
        involuntarySwitches: involuntarySwitches)
    }
  }

  /// Parses a `status` file, whose lines may be in any order.
  static func parseStatus(_ bytes: Span<UInt8>) throws(FormatError) -> Status {
    var state: ThreadState?
    var swapped, virtual, resident, voluntary, involuntary: UInt64?
    var lines = ByteScanner(bytes, file: "status")
    while var line = lines.nextLine() {
      let rest = line.rest
      guard !rest.isEmpty else { continue }
      switch rest[0] {
      case UInt8(ascii: "S") where rest.starts(with: "State:"):
        line.skipField()
        guard let letter = line.nextField() else { throw line.error("the state is missing") }
        state = ThreadState(letter: letter[0])
      case UInt8(ascii: "V"):
        if rest.starts(with: "VmSwap:") {
          swapped = try Self.bytes(ofKilobytes: &line)
        } else if rest.starts(with: "VmRSS:") {
          resident = try Self.bytes(ofKilobytes: &line)
        } else if rest.starts(with: "VmSize:") {
          virtual = try Self.bytes(ofKilobytes: &line)
        }
      case UInt8(ascii: "v") where rest.starts(with: "voluntary_ctxt_switches:"):
        line.skipField()
        voluntary = try line.unsigned("voluntary_ctxt_switches")
      case UInt8(ascii: "n") where rest.starts(with: "nonvoluntary_ctxt_switches:"):
        line.skipField()
        involuntary = try line.unsigned("nonvoluntary_ctxt_switches")
      default: break
      }
    }
    guard let state else { throw lines.error("State is missing") }
    guard let voluntary, let involuntary else {
      throw lines.error("voluntary_ctxt_switches or nonvoluntary_ctxt_switches is missing")
    }
    return Status(
      state: state, swappedBytes: swapped,
      memory: MemoryFootprint(virtualBytes: virtual ?? 0, residentBytes: resident ?? 0),
      voluntarySwitches: voluntary, involuntarySwitches: involuntary)
  }

  /// Parses the number after a line's key.
  private static func bytes(ofKilobytes line: inout ByteScanner) throws(FormatError) -> UInt64 {
    line.skipField()
    let (bytes, overflows) = try line.unsigned("the kilobytes").multipliedReportingOverflow(
      by: 1024)
    if overflows { throw line.error("more memory than there can be") }
    return bytes
  }

  /// Parses `schedstat`; `nil` for anything but three numbers, and for the zeros of a kernel that
  /// does not count them.
  static func parseActivity(_ bytes: Span<UInt8>) -> ThreadActivity? {
    var line = ByteScanner(bytes, file: "schedstat")
    guard let running = line.nextField()?.unsigned, let waiting = line.nextField()?.unsigned,
      let slices = line.nextField()?.unsigned, slices > 0
    else { return nil }
    return ThreadActivity(running: running, waiting: waiting, slices: slices)
  }

  /// Parses the first two numbers of `statm`, which are pages; `nil` without them.
  static func parseFootprint(_ bytes: Span<UInt8>) -> MemoryFootprint? {
    var line = ByteScanner(bytes, file: "statm")
    guard let virtual = line.nextField()?.unsigned, let resident = line.nextField()?.unsigned else {
      return nil
    }
    return MemoryFootprint(
      virtualBytes: virtual &* HostFacts.pageSize, residentBytes: resident &* HostFacts.pageSize)
  }

  /// Reads `Pss:` and `SwapPss:` of `smaps_rollup`; the latter is 0 before Linux 4.3.
  static func parseProportional(_ bytes: Span<UInt8>) throws(FormatError) -> ProportionalMemory {
    var resident: UInt64?
    var swapped: UInt64 = 0
    var lines = ByteScanner(bytes, file: "smaps_rollup")
    while var line = lines.nextLine() {
      if line.rest.starts(with: "Pss:") {
        resident = try Self.bytes(ofKilobytes: &line)
      } else if line.rest.starts(with: "SwapPss:") {
        swapped = try Self.bytes(ofKilobytes: &line)
      }
    }
    guard let resident else { throw lines.error("Pss is missing") }
    return ProportionalMemory(residentBytes: resident, swappedBytes: swapped)
  }

  /// Reads `read_bytes:` and `write_bytes:` of an `io` file.
  static func parseIO(_ bytes: Span<UInt8>) throws(FormatError) -> ProcessTraffic {
    var read, written: UInt64?
    var lines = ByteScanner(bytes, file: "io")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      if key.equals("read_bytes:") {
        read = try line.unsigned("read_bytes")
      } else if key.equals("write_bytes:") {
        written = try line.unsigned("write_bytes")
      }
    }
    guard let read, let written else {
      throw lines.error("read_bytes or write_bytes is missing")
    }
    return ProcessTraffic(read: read, written: written)
  }

  /// Reads the soft limit of `Max open files`; the largest number for `unlimited`.
  static func parseOpenFileLimit(_ bytes: Span<UInt8>) throws(FormatError) -> UInt64 {
    var lines = ByteScanner(bytes, file: "limits")
    while var line = lines.nextLine() {
      guard line.rest.starts(with: "Max open files") else { continue }
      for _ in 0..<3 { line.skipField() }
      var number = line
      if number.nextField()?.equals("unlimited") == true { return .max }
      return try line.unsigned("the soft limit of open files")
    }
    throw lines.error("\"Max open files\" is missing")
  }
}
