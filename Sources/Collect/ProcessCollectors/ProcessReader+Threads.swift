import CollectorCore

extension ProcessReader {
  /// Reads what `status` tells of a process, and its threads; false if it is gone.
  ///
  /// With `all`, the files of every thread are read, but not those of a process that has never had more
  /// than one: its own files say the same. Otherwise only the main thread counts. `threads` holds those
  /// of the last reading and is replaced; threads that have not run since keep what they had.
  mutating func readThreads(
    of process: inout ProcessReading, in directory: borrowing Directory, all: Bool,
    hadMany: Bool, activity: ThreadActivity?, threads: inout [ThreadReading]
  ) -> Bool {
    let pid = process.pid
    guard (try? content.read("\(pid)/status", in: directory)) != nil,
      let status = Self.parseStatus(content.span)
    else { return false }
    process.swappedBytes = status.swappedBytes
    if all, process.threadCount > 1 || hadMany,
      readTasks(of: pid, in: directory, threads: &threads)
    {
      return !threads.isEmpty
    }
    var main = status.thread(id: pid)
    main.name = process.comm
    main.counters = process.counters
    main.traffic = process.traffic
    main.activity = activity
    if all { main.waitChannel = waitChannel(of: "\(pid)/wchan", main.state, in: directory) }
    if threads.count == 1 { threads[0] = main } else { threads = [main] }
    return true
  }

  /// Reads all threads below `task`; false if the directory cannot be read.
  private mutating func readTasks(
    of pid: Int32, in directory: borrowing Directory, threads: inout [ThreadReading]
  ) -> Bool {
    var ids = threadIDs
    threadIDs = []
    defer { threadIDs = ids }
    ids.removeAll(keepingCapacity: true)
    guard let tasks = try? directory.open("\(pid)/task"),
      (try? tasks.forEachEntry(
        scratch: &scratch,
        { name in
          if let id = name.unsigned.flatMap({ Int32(exactly: $0) }) { ids.append(id) }
        })) != nil
    else { return false }
    // The order of the kernel, which is nearly always that of the ids.
    if zip(ids, ids.dropFirst()).contains(where: { $0 > $1 }) { ids.sort() }
    var next = 0
    var kept = 0
    for id in ids {
      while next < threads.count, threads[next].id < id { next += 1 }
      let past = next < threads.count && threads[next].id == id ? threads[next] : nil
      if past != nil { next += 1 }
      guard let thread = readThread(id, in: tasks, past: past) else { continue }
      if kept < next {
        threads[kept] = thread
      } else {
        threads.insert(thread, at: kept)
        next += 1
      }
      kept += 1
    }
    threads.removeLast(threads.count - kept)
    return true
  }

  private mutating func readThread(
    _ id: Int32, in tasks: borrowing Directory, past: ThreadReading?
  ) -> ThreadReading? {
    let activity = activity(of: id, in: tasks)
    if let activity, let past, past.activity == activity { return past }
    guard (try? content.read("\(id)/stat", in: tasks)) != nil,
      let stat = try? Self.parseStat(content.span, pid: id),
      (try? content.read("\(id)/status", in: tasks)) != nil,
      var thread = Self.parseStatus(content.span)?.thread(id: id)
    else { return nil }
    thread.name = stat.comm
    thread.counters = stat.counters
    thread.activity = activity
    if (try? content.read("\(id)/io", in: tasks)) != nil {
      thread.traffic = try? Self.parseIO(content.span)
    }
    thread.waitChannel = waitChannel(of: "\(id)/wchan", thread.state, in: tasks)
    return thread
  }

  /// Where a thread waits; a running one does not.
  private mutating func waitChannel(
    of path: String, _ state: ThreadState, in directory: borrowing Directory
  ) -> UInt16 {
    guard state != .running, waitChannels.isWorthReading,
      (try? content.read(path, in: directory)) != nil
    else { return 0 }
    let name = WaitChannels.name(in: content.span)
    return waitChannels.number(of: name)
  }
}
