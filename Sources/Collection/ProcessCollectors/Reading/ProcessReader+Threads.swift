import SystemAccess
import CollectorCore

extension ProcessReader {
  /// The outcome of reading the threads of a process.
  enum ThreadsOutcome {
    case read
    /// The process has ended meanwhile.
    case gone
    /// Its threads cannot be read; what is known of them remains as it was.
    case unreadable
  }

  /// Reads the `status` file of a process, and its threads.
  ///
  /// With `all`, the files of every thread are read, except for a process that has never had more
  /// than one: its own files contain the same. Otherwise only the main thread counts. `entry`
  /// contains the threads of the last reading, which are replaced; those that have not run since
  /// remain unchanged.
  mutating func readThreads(
    of process: inout ProcessReading, in directory: borrowing Directory, all: Bool,
    entry: inout ProcessCache.Entry, errors: inout ErrorCounts
  ) -> ThreadsOutcome {
    let pid = process.pid
    let status: Status
    do {
      try content.readRecord(NumberedPath(pid, "status"), in: directory)
      status = try Self.parseStatus(content.span)
    } catch {
      if (error as? SystemError)?.isGone == true { return .gone }
      errors.files += 1
      return .unreadable
    }
    process.swappedBytes = process.virtualBytes == 0 ? 0 : status.swappedBytes
    entry.memory = status.memory
    if all, process.threadCount > 1 || entry.hadThreads {
      return readTasks(of: pid, in: directory, threads: &entry.threads, errors: &errors)
    }
    var main = status.thread(id: pid)
    main.name = process.comm
    main.counters = process.counters
    main.traffic = process.traffic
    main.activity = entry.activity
    if all {
      main.waitChannel = waitChannel(of: NumberedPath(pid, "wchan"), main.state, in: directory)
    }
    if entry.threads.count == 1 { entry.threads[0] = main } else { entry.threads = [main] }
    return .read
  }

  /// Reads all threads below `task`.
  private mutating func readTasks(
    of pid: Int32, in directory: borrowing Directory, threads: inout [ThreadReading],
    errors: inout ErrorCounts
  ) -> ThreadsOutcome {
    var ids = numbers
    numbers = []
    defer { numbers = ids }
    ids.removeAll(keepingCapacity: true)
    do {
      let tasks = try directory.open(NumberedPath(pid, "task"))
      try tasks.forEachEntry(scratch: &scratch) { name in
        if let id = name.unsigned.flatMap({ Int32(exactly: $0) }) { ids.append(id) }
      }
      // The kernel's order, which is nearly always that of the ids.
      if zip(ids, ids.dropFirst()).contains(where: { $0 > $1 }) { ids.sort() }
      readTasks(ids, in: tasks, threads: &threads, errors: &errors)
    } catch {
      if error.isGone { return .gone }
      errors.files += 1
      return .unreadable
    }
    return threads.isEmpty ? .gone : .read
  }

  private mutating func readTasks(
    _ ids: [Int32], in tasks: borrowing Directory, threads: inout [ThreadReading],
    errors: inout ErrorCounts
  ) {
    var next = 0
    var retained = 0
    for id in ids {
      while next < threads.count, threads[next].id < id { next += 1 }
      let past = next < threads.count && threads[next].id == id ? threads[next] : nil
      if past != nil { next += 1 }
      guard let thread = readThread(id, in: tasks, past: past, errors: &errors) else {
        continue
      }
      if retained < next {
        threads[retained] = thread
      } else {
        threads.insert(thread, at: retained)
        next += 1
      }
      retained += 1
    }
    threads.removeLast(threads.count - retained)
  }

  /// Reads one thread; `nil` if it is gone. One that cannot be read remains as it was.
  private mutating func readThread(
    _ id: Int32, in tasks: borrowing Directory, past: ThreadReading?, errors: inout ErrorCounts
  ) -> ThreadReading? {
    let activity = activity(of: id, in: tasks)
    if let activity, let past, past.activity == activity { return past }
    var thread: ThreadReading
    do {
      try content.readRecord(NumberedPath(id, "stat"), in: tasks)
      let stat = try Self.parseStat(content.span, pid: id)
      try content.readRecord(NumberedPath(id, "status"), in: tasks)
      thread = try Self.parseStatus(content.span).thread(id: id)
      thread.name = stat.comm
      thread.counters = stat.counters
      thread.activity = activity
    } catch {
      if (error as? SystemError)?.isGone == true { return nil }
      errors.files += 1
      return past
    }
    if (try? content.readRecord(NumberedPath(id, "io"), in: tasks)) != nil {
      thread.traffic = try? Self.parseIO(content.span)
    }
    thread.waitChannel = waitChannel(of: NumberedPath(id, "wchan"), thread.state, in: tasks)
    return thread
  }

  /// The wait channel of a thread; none for a running one.
  private mutating func waitChannel(
    of path: NumberedPath, _ state: ThreadState, in directory: borrowing Directory
  ) -> UInt16 {
    guard state != .running, waitChannels.isWorthReading,
      (try? content.readRecord(path, in: directory)) != nil
    else { return 0 }
    if let number = waitChannels.number(of: WaitChannels.name(in: content.span)) {
      if number == 0 { waitChannels.noteMiss() }
      return number
    }
    let name = WaitChannels.name(in: content.span).text
    return waitChannels.number(ofNew: name)
  }
}
