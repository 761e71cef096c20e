import SystemAccess
import CollectorCore

/// Reads processes from /proc: files relative to one open directory, into reused memory.
struct ProcessReader: Sendable {
  let proc: ProcRoot
  var scratch: [UInt8] = []
  /// The file read last.
  var content = ReadBuffer()
  private var pids: [Int32] = []
  /// Whether the kernel states the number of open files as the size of `fd` (since 6.2).
  private var countsOpenFiles: Bool?
  /// Whether the kernel reports scheduler statistics of threads.
  private(set) var hasActivity = true
  /// Numbers of threads or open files of the process being read.
  var numbers: [Int32] = []
  var waitChannels = WaitChannels()

  init(proc: ProcRoot) {
    self.proc = proc
  }

  /// Counts of reading errors.
  struct ErrorCounts: Sendable {
    /// Processes that could not be read at all.
    var processes: UInt64 = 0
    /// Files of processes that could not be read.
    var files: UInt64 = 0
  }

  /// Opens the directory of processes.
  func open() throws(SystemError) -> Directory {
    try Directory.open(proc.proc)
  }

  /// The ids of all processes, in the order of the kernel.
  mutating func list(_ directory: borrowing Directory) throws -> [Int32] {
    var found = pids
    pids = []
    found.removeAll(keepingCapacity: true)
    try directory.forEachEntry(scratch: &scratch) { name in
      if let pid = name.unsigned, let pid = Int32(exactly: pid) { found.append(pid) }
    }
    return found
  }

  /// Returns the list, so that its memory is reused.
  mutating func recycle(_ list: [Int32]) {
    pids = list
  }

  /// Reads `stat`; nil if the process is gone or cannot be read.
  mutating func read(
    _ pid: Int32, in directory: borrowing Directory, errors: inout ErrorCounts
  ) -> ProcessReading? {
    do {
      try content.readRecord(NumberedPath(pid, "stat"), in: directory)
      return try Self.parseStat(content.span, pid: pid)
    } catch let error as SystemError {
      // It may end between the listing and the reading.
      if !error.isGone { errors.processes += 1 }
    } catch {
      errors.processes += 1
    }
    return nil
  }

  /// The scheduler statistics of the main thread of a process, or of a thread if the directory is
  /// that of the threads.
  mutating func activity(
    of id: Int32, in directory: borrowing Directory
  ) -> ThreadActivity? {
    guard hasActivity,
      (try? content.readRecord(NumberedPath(id, "schedstat"), in: directory)) != nil
    else { return nil }
    return Self.parseActivity(content.span)
  }

  /// The memory footprint of a process.
  mutating func footprint(of pid: Int32, in directory: borrowing Directory) -> MemoryFootprint? {
    guard (try? content.readRecord(NumberedPath(pid, "statm"), in: directory)) != nil else {
      return nil
    }
    return Self.parseFootprint(content.span)
  }

  /// Reads `smaps_rollup`: slow, and the process cannot change its mappings meanwhile.
  mutating func proportional(
    of pid: Int32, in directory: borrowing Directory, errors: inout ErrorCounts
  ) -> ProportionalSampler.Reading {
    do {
      try content.readRecord(NumberedPath(pid, "smaps_rollup"), in: directory)
      return .memory(try Self.parseProportional(content.span))
    } catch {
      if (error as? SystemError)?.isGone == true { return .gone }
      errors.files += 1
      return .unreadable
    }
  }

  /// Reads the rest of a process, as far as permitted.
  mutating func complete(
    _ process: inout ProcessReading, in directory: borrowing Directory, readsLimits: Bool,
    errors: inout ErrorCounts
  ) {
    let pid = process.pid
    do {
      try content.readRecord(NumberedPath(pid, "io"), in: directory)
      process.traffic = try Self.parseIO(content.span)
    } catch {
      // A kernel without accounting has no such file; that is not an error, nor is an end
      // meanwhile.
      if (error as? SystemError)?.isGone != true { errors.files += 1 }
    }
    do {
      process.openFiles = try openFiles(of: pid, in: directory)
    } catch {
      if !error.isGone { errors.files += 1 }
    }
    guard readsLimits else { return }
    do {
      try content.readRecord(NumberedPath(pid, "limits"), in: directory)
      // The file of a process that has just ended is empty.
      guard content.count > 0 else { return }
      process.openFileLimit = try Self.parseOpenFileLimit(content.span)
    } catch {
      process.openFileLimit = nil
      if (error as? SystemError)?.isGone != true { errors.files += 1 }
    }
  }

  private mutating func openFiles(
    of pid: Int32, in directory: borrowing Directory
  ) throws(SystemError) -> UInt64 {
    if countsOpenFiles ?? learnToCount(directory) {
      return UInt64(clamping: try directory.size(of: NumberedPath(pid, "fd")))
    }
    return try countEntries(try directory.open(NumberedPath(pid, "fd")))
  }

  /// Checks whether the kernel's count agrees with the listing for this program itself.
  private mutating func learnToCount(_ directory: borrowing Directory) -> Bool {
    let listed = try? countEntries(try directory.open("self/fd"))
    let stated = (try? directory.size(of: "self/fd")).map { UInt64(clamping: $0) }
    // The listing includes its own descriptor; other threads may open files in between.
    let agrees =
      if let listed, let stated { stated > 0 && stated + 32 > listed && stated < listed + 32 } else
      {
        false
      }
    countsOpenFiles = agrees
    return agrees
  }

  /// How many entries a directory has.
  private mutating func countEntries(
    _ directory: consuming Directory
  ) throws(SystemError) -> UInt64 {
    var count: UInt64 = 0
    try directory.forEachEntry(scratch: &scratch) { _ in count += 1 }
    return count
  }
}
