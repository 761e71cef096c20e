import CollectorCore

/// Reads processes from /proc: files relative to one open directory, into memory that is used again.
struct ProcessReader: Sendable {
  let proc: ProcRoot
  private var scratch: [UInt8] = []
  /// The file read last.
  var content = ReadBuffer()
  private var pids: [Int32] = []
  /// Whether the kernel states the number of open files as the size of `fd` (since 6.2).
  private var countsOpenFiles: Bool?

  init(proc: ProcRoot) {
    self.proc = proc
  }

  /// What went wrong on the way.
  struct Troubles: Sendable {
    /// Processes that could not be read at all.
    var processes: UInt64 = 0
    /// Files of processes that could not be read.
    var files: UInt64 = 0
  }

  /// Opens the directory of processes.
  func open() throws(SystemError) -> Directory {
    try Directory.open(proc.proc)
  }

  /// Reads `stat` of every process.
  mutating func list(
    _ directory: borrowing Directory, into processes: inout [ProcessReading],
    troubles: inout Troubles
  ) throws {
    processes.removeAll(keepingCapacity: true)
    var found = pids
    pids = []
    found.removeAll(keepingCapacity: true)
    try directory.forEachEntry(scratch: &scratch) { name in
      if let pid = name.unsigned, let pid = Int32(exactly: pid) { found.append(pid) }
    }
    for pid in found {
      do {
        try content.read("\(pid)/stat", in: directory)
        processes.append(try Self.parseStat(content.span, pid: pid))
      } catch let error as SystemError {
        // It may end between the listing and the reading.
        if !error.isGone { troubles.processes += 1 }
      } catch {
        troubles.processes += 1
      }
    }
    pids = found
  }

  /// Reads the rest of a process, as far as it may be read.
  mutating func complete(
    _ process: inout ProcessReading, in directory: borrowing Directory, readsLimits: Bool,
    troubles: inout Troubles
  ) {
    let pid = process.pid
    do {
      try content.read("\(pid)/io", in: directory)
      process.traffic = try Self.parseIO(content.span)
    } catch {
      // A kernel without accounting has no such file; that is no trouble, nor is an end meanwhile.
      if (error as? SystemError)?.isGone != true { troubles.files += 1 }
    }
    if let count = openFiles(of: pid, in: directory) {
      process.openFiles = count
    } else {
      troubles.files += 1
    }
    if readsLimits {
      if (try? content.read("\(pid)/limits", in: directory)) != nil {
        process.openFileLimit = Self.parseOpenFileLimit(content.span)
      } else {
        troubles.files += 1
      }
    }
  }

  /// Reads the threads of a process and its swapped memory; false if it is gone.
  mutating func addThreads(
    of process: inout ProcessReading, in directory: borrowing Directory, all: Bool,
    to threads: inout [ThreadReading]
  ) -> Bool {
    let pid = process.pid
    guard (try? content.read("\(pid)/status", in: directory)) != nil else { return false }
    guard let main = Self.parseStatus(content.span) else { return false }
    process.swappedBytes = main.swappedBytes
    guard all, process.threadCount > 1 else {
      threads.append(main.thread(id: pid))
      return true
    }
    let start = threads.count
    var ids: [Int32] = []
    do {
      let tasks = try directory.open("\(pid)/task")
      try tasks.forEachEntry(scratch: &scratch) { name in
        if let id = name.unsigned.flatMap({ Int32(exactly: $0) }) { ids.append(id) }
      }
      for id in ids where (try? content.read("\(id)/status", in: tasks)) != nil {
        if let status = Self.parseStatus(content.span) { threads.append(status.thread(id: id)) }
      }
    } catch {
      threads.append(main.thread(id: pid))
      return true
    }
    if threads.count == start { return false }
    if zip(threads[start...], threads[start...].dropFirst()).contains(where: { $0.id > $1.id }) {
      threads[start...].sort { $0.id < $1.id }
    }
    return true
  }

  private mutating func openFiles(of pid: Int32, in directory: borrowing Directory) -> UInt64? {
    if countsOpenFiles ?? learnToCount(directory) {
      return (try? directory.size(of: "\(pid)/fd")).map { UInt64(clamping: $0) }
    }
    return countOpenFiles(of: "\(pid)", in: directory)
  }

  /// Looks whether the kernel's number agrees with the listing for this program itself.
  private mutating func learnToCount(_ directory: borrowing Directory) -> Bool {
    let listed = countOpenFiles(of: "self", in: directory)
    let stated = (try? directory.size(of: "self/fd")).map { UInt64(clamping: $0) }
    // The listing holds its own descriptor; other threads may open files in between.
    let agrees =
      if let listed, let stated { stated > 0 && stated + 32 > listed && stated < listed + 32 } else
      {
        false
      }
    countsOpenFiles = agrees
    return agrees
  }

  /// Counts the open files of a process by listing them; nil where that is not permitted.
  mutating func countOpenFiles(of pid: String, in directory: borrowing Directory) -> UInt64? {
    var count: UInt64 = 0
    do {
      let files = try directory.open("\(pid)/fd")
      try files.forEachEntry(scratch: &scratch) { _ in count += 1 }
    } catch {
      return nil
    }
    return count
  }
}
