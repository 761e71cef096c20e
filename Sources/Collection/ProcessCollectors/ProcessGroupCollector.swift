package import SystemAccess
package import CollectorCore
package import ExpositionFormat
import MetricModel
import Synchronization

/// Processes by group, under the names of process-exporter.
package final class ProcessGroupCollector: Collector {
  private struct State {
    var tracker: ProcessTracker
    var reader: ProcessReader
    var cache = ProcessCache()
    var processes: [ProcessReading] = []
    var isQuiet: [Bool] = []
    var sampler: ProportionalSampler
    var sockets = ListeningSockets()
    var listeners: [ProcessFamilies.Listener] = []
    var errors = ProcessReader.ErrorCounts()
    var scrapes: UInt64 = 0
    var failures: UInt64 = 0
  }

  private let naming: ProcessNaming
  private let options: ProcessOptions
  private let state: Mutex<State>

  /// Makes the collector.
  package init(
    proc: ProcRoot, naming: ProcessNaming = .detected, options: ProcessOptions = ProcessOptions()
  ) {
    self.naming = naming
    self.options = options
    state = Mutex(
      State(
        tracker: ProcessTracker(
          childrenInherit: naming.childrenInherit && options.childrenInherit,
          removesEmptyGroups: options.removesEmptyGroups ?? naming.rules.isEmpty,
          groupLimit: options.groupLimit, namesThreads: options.readsThreads),
        reader: ProcessReader(proc: proc),
        sampler: ProportionalSampler(budget: options.proportionalMemoryBudget)))
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    try state.withLock { state in
      let bootTime: UInt64
      do {
        bootTime = try state.reader.proc.bootTime()
        try scrape(&state, bootTime: bootTime)
      } catch {
        state.failures += 1
        throw error
      }
      let families = ProcessFamilies(in: &buffer, options: options)
      let channels = state.reader.waitChannels.names
      for group in state.tracker.groups {
        families.add(group, bootTime: bootTime, to: &buffer)
        families.addWaiting(group, channels: channels, to: &buffer)
        families.addThreads(group, to: &buffer)
      }
      if options.showsListeners { ProcessFamilies.add(state.listeners, to: &buffer) }
      addErrors(state, to: &buffer)
    }
  }

  private func scrape(_ state: inout State, bootTime: UInt64) throws {
    let directory = try state.reader.open()
    state.scrapes += 1
    // Moved out, so that the closures below may use it while the rest of the state changes.
    var reader = state.reader
    state.reader = ProcessReader(proc: reader.proc)
    defer { state.reader = reader }
    try list(&state, &reader, directory)
    let again = naming.recheck(
      options, state.processes, isQuiet: state.isQuiet,
      uptimeTicks: UInt64(clamping: HostClock.realTimeNanoseconds / 10_000_000).since(
        bootTime * 100))
    var errors = state.errors
    let groups = state.tracker.begin(state.processes, isToNameAgain: { again.contains($0.pid) }) {
      process in
      guard
        let description = reader.describe(
          process, in: directory, naming: naming, bootTime: bootTime, errors: &errors)
      else { return .gone }
      return naming.group(of: description).map { .group($0.name) } ?? .unnamed
    }
    if options.readsProportionalMemory {
      state.sampler.sample(&state.processes, groups: groups, scrape: state.scrapes) {
        reader.proportional(of: $0, in: directory, errors: &errors)
      }
    }
    state.errors = errors
    for (index, group) in groups.enumerated() where group != nil {
      add(index, &state, &reader, directory)
    }
    if options.showsListeners {
      let hasLooked = reader.find(
        &state.sockets, among: state.processes, groups: groups, in: directory,
        scrape: state.scrapes)
      if hasLooked || state.tracker.hasChangedMembers {
        state.listeners = state.tracker.listeners(state.sockets)
      }
    }
    state.tracker.finish()
    state.cache.finish(scrape: state.scrapes, living: state.processes.count)
  }

  /// Reads the properties that identify each process.
  private func list(
    _ state: inout State, _ reader: inout ProcessReader, _ directory: borrowing Directory
  ) throws {
    state.processes.removeAll(keepingCapacity: true)
    state.isQuiet.removeAll(keepingCapacity: true)
    let pids = try reader.list(directory)
    for pid in pids {
      guard
        let (reading, isQuiet) = reader.read(
          pid, in: directory, cache: &state.cache, scrape: state.scrapes,
          errors: &state.errors)
      else { continue }
      state.processes.append(reading)
      state.isQuiet.append(isQuiet)
    }
    reader.recycle(pids)
  }

  /// Reads the rest of a process of a group, unless it has not run, and counts it.
  private func add(
    _ index: Int, _ state: inout State, _ reader: inout ProcessReader,
    _ directory: borrowing Directory
  ) {
    var process = state.processes[index]
    guard let place = state.cache.entries.index(forKey: process.pid) else { return }
    if state.isQuiet[index], state.cache.entries.values[place].isComplete {
      state.tracker.add(process, threads: state.cache.entries.values[place].threads)
      return
    }
    let readsLimits =
      !state.cache.entries.values[place].hasLimit
      || ProcessCache.isDue(process.pid, scrape: state.scrapes)
    reader.complete(
      &process, in: directory, readsLimits: readsLimits, errors: &state.errors)
    let outcome = reader.readThreads(
      of: &process, in: directory, all: options.readsThreads,
      entry: &state.cache.entries.values[place], errors: &state.errors)
    switch outcome {
    case .gone: return
    case .unreadable: state.tracker.add(process, threads: nil)
    case .read: state.tracker.add(process, threads: state.cache.entries.values[place].threads)
    }
    process.proportional = nil
    process.awaitsSample = false
    state.cache.entries.values[place].reading = process
    state.cache.entries.values[place].hasLimit = process.openFileLimit != nil
    state.cache.entries.values[place].isComplete = outcome == .read
    if state.cache.entries.values[place].threads.count > 1 {
      state.cache.entries.values[place].hadThreads = true
    }
  }

  private func addErrors(_ state: State, to buffer: inout FamilyBuffer) {
    buffer.counter(
      "namedprocess_scrape_errors", "Scrapes that failed as a whole.",
      Double(state.failures))
    buffer.counter(
      "namedprocess_scrape_procread_errors", "Processes that could not be read.",
      Double(state.errors.processes))
    buffer.counter(
      "namedprocess_scrape_partial_errors", "Files of processes that could not be read.",
      Double(state.errors.files))
    buffer.counter(
      "tocsin_process_resets_total", "Counters of processes that fell and added nothing.",
      Double(state.tracker.resets))
    buffer.counter(
      "tocsin_process_folded_total",
      "Processes put into the group \"other\" because there were too many groups.",
      Double(state.tracker.overflowed))
  }
}
