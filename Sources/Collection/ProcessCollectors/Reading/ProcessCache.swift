import SystemAccess
import CollectorCore

/// The last full reading of every process, so that processes that have not run since, on most hosts
/// nearly all, need not be read again.
///
/// `schedstat` shows whether a thread has run, and `statm` whether the kernel took memory from it,
/// which may happen while it sleeps. In any case every process is read in full once in
/// `fullInterval` scrapes.
struct ProcessCache: Sendable {
  struct Entry: Sendable {
    var reading: ProcessReading
    var threads: [ThreadReading] = []
    /// The memory footprint when the rest was read.
    var memory: MemoryFootprint?
    /// The main thread's activity before the rest was read; `nil` if the kernel does not report it.
    var activity: ThreadActivity?
    /// Whether all files were read, not only `stat`.
    var isComplete = false
    /// Whether it ever had more than one thread.
    var hadThreads = false
    var hasLimit = false
    var scrape: UInt64
  }

  /// A process is read in full at least once in this many scrapes.
  static let fullInterval: UInt64 = 16

  var entries: [Int32: Entry] = [:]

  /// Whether a full reading of a process is due; spread over the scrapes.
  static func isDue(_ pid: Int32, scrape: UInt64) -> Bool {
    (scrape &+ UInt64(truncatingIfNeeded: pid)) % fullInterval == 0
  }

  /// Forgets processes that were not seen in this scrape.
  mutating func finish(scrape: UInt64, living: Int) {
    guard entries.count > living else { return }
    entries = entries.filter { $0.value.scrape == scrape }
  }
}

extension ProcessReader {
  /// The reading of a process, from the cache if it has not run since; nil if it is gone.
  mutating func read(
    _ pid: Int32, in directory: borrowing Directory, cache: inout ProcessCache, scrape: UInt64,
    errors: inout ErrorCounts
  ) -> (reading: ProcessReading, isQuiet: Bool)? {
    let activity = activity(of: pid, in: directory)
    if let activity, !ProcessCache.isDue(pid, scrape: scrape),
      let index = cache.entries.index(forKey: pid),
      cache.entries.values[index].activity == activity,
      isQuiet(cache.entries.values[index], in: directory)
    {
      cache.entries.values[index].scrape = scrape
      return (cache.entries.values[index].reading, true)
    }
    guard var reading = read(pid, in: directory, errors: &errors) else { return nil }
    if let index = cache.entries.index(forKey: pid),
      cache.entries.values[index].reading.startTicks == reading.startTicks
    {
      reading.openFileLimit = cache.entries.values[index].reading.openFileLimit
      // The values from the other files belong to the previous reading.
      cache.entries.values[index].isComplete = false
      cache.entries.values[index].reading = reading
      cache.entries.values[index].activity = activity
      cache.entries.values[index].scrape = scrape
      if reading.threadCount > 1 { cache.entries.values[index].hadThreads = true }
    } else {
      cache.entries[pid] = ProcessCache.Entry(
        reading: reading, activity: activity, hadThreads: reading.threadCount > 1, scrape: scrape)
    }
    return (reading, false)
  }

  /// Whether no other thread has run and no memory was taken.
  private mutating func isQuiet(
    _ entry: ProcessCache.Entry, in directory: borrowing Directory
  ) -> Bool {
    let pid = entry.reading.pid
    guard entry.isComplete else { return entry.reading.threadCount == 1 }
    if entry.threads.count > 1 {
      guard let tasks = try? directory.open(NumberedPath(pid, "task")) else { return false }
      for thread in entry.threads where thread.id != pid {
        guard let past = thread.activity, activity(of: thread.id, in: tasks) == past else {
          return false
        }
      }
    } else if entry.reading.threadCount > 1 {
      return false
    }
    return entry.reading.isKernelThread || entry.reading.virtualBytes == 0
      || footprint(of: pid, in: directory) == entry.memory
  }
}
