package import CollectorCore
import MetricModel
import Synchronization

/// Processes by groups, under the names of process-exporter.
package final class ProcessGroupCollector: Collector {
  private struct State {
    var tracker: ProcessTracker
    var reader: ProcessReader
    var processes: [ProcessReading] = []
    var threads: [ThreadReading] = []
    var troubles = ProcessReader.Troubles()
    var limits: [Int32: UInt64?] = [:]
    var scrapes: UInt64 = 0
    var failures: UInt64 = 0
  }

  private let naming: ProcessNaming
  private let readsThreads: Bool
  private let variables: Set<GroupNameTemplate.Variable>
  private let state: Mutex<State>

  /// Limits of open files rarely change: each process's is read anew once in so many scrapes.
  private static let limitInterval: UInt64 = 16

  /// Makes the collector.
  ///
  /// Without `readsThreads` states and context switches are those of main threads only, and the
  /// directories of threads are not read. With `removesEmptyGroups` a group ends with its last member,
  /// its counters too.
  package init(
    proc: ProcRoot, naming: ProcessNaming = .byExecutable, readsThreads: Bool = true,
    removesEmptyGroups: Bool = false
  ) {
    self.naming = naming
    self.readsThreads = readsThreads
    variables = naming.rules.reduce(into: []) { $0.formUnion($1.name.variables) }
    state = Mutex(
      State(
        tracker: ProcessTracker(
          childrenInherit: naming.childrenInherit, removesEmptyGroups: removesEmptyGroups),
        reader: ProcessReader(proc: proc)))
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    try state.withLock { state in
      let bootTime: UInt64
      do {
        bootTime = try Self.bootTime(state.reader.proc)
        try scrape(&state, bootTime: bootTime)
      } catch {
        state.failures += 1
        throw error
      }
      let families = ProcessFamilies(in: &buffer)
      for group in state.tracker.groups { families.add(group, bootTime: bootTime, to: &buffer) }
      addTroubles(state, to: &buffer)
    }
  }

  private func scrape(_ state: inout State, bootTime: UInt64) throws {
    let directory = try state.reader.open()
    state.scrapes += 1
    var reader = state.reader
    state.reader = ProcessReader(proc: reader.proc)
    defer { state.reader = reader }
    try reader.list(directory, into: &state.processes, troubles: &state.troubles)
    let groups = state.tracker.begin(state.processes) { process in
      guard
        let description = reader.describe(
          process, in: directory, variables: variables, bootTime: bootTime)
      else { return .gone }
      return naming.groupName(of: description).map { .group($0) } ?? .unnamed
    }
    for (index, group) in groups.enumerated() where group != nil {
      var process = state.processes[index]
      state.threads.removeAll(keepingCapacity: true)
      let isLimitDue = (state.scrapes &+ UInt64(process.pid)) % Self.limitInterval == 0
      let known = state.limits[process.pid]
      guard
        reader.addThreads(of: &process, in: directory, all: readsThreads, to: &state.threads)
      else { continue }
      reader.complete(
        &process, in: directory, readsLimits: isLimitDue || known == nil,
        troubles: &state.troubles)
      if isLimitDue || known == nil {
        state.limits[process.pid] = .some(process.openFileLimit)
      } else if let known {
        process.openFileLimit = known
      }
      state.tracker.add(process, threads: state.threads[...])
    }
    state.tracker.finish()
    if state.limits.count > 2 * state.processes.count + 64 {
      state.limits.removeAll(keepingCapacity: true)
    }
  }

  private func addTroubles(_ state: State, to buffer: inout FamilyBuffer) {
    buffer.counter(
      "namedprocess_scrape_errors", "Scrapes that failed as a whole.",
      Double(state.failures))
    buffer.counter(
      "namedprocess_scrape_procread_errors", "Processes that could not be read.",
      Double(state.troubles.processes))
    buffer.counter(
      "namedprocess_scrape_partial_errors", "Files of processes that could not be read.",
      Double(state.troubles.files))
  }

  /// Unix time of the boot, from `btime` of /proc/stat.
  static func bootTime(_ proc: ProcRoot) throws -> UInt64 {
    let file = try proc.read("stat")
    var lines = ByteScanner(file.span, file: "stat")
    while var line = lines.nextLine() {
      guard line.nextField()?.equals("btime") == true else { continue }
      return try line.unsigned("btime")
    }
    throw FormatError(file: "stat", "btime is missing")
  }
}
