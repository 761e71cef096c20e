package import CollectorCore

/// What the process collectors are made from.
package struct ProcessContext: Sendable {
  /// Where the kernel's files are.
  package var proc: ProcRoot
  /// How processes are put into groups.
  package var naming: ProcessNaming
  /// Whether threads are read, for their states and context switches.
  package var readsThreads = true
  /// Whether a group ends with its last member.
  package var removesEmptyGroups = false

  /// Makes the context.
  package init(proc: ProcRoot = ProcRoot(), naming: ProcessNaming = .byExecutable) {
    self.proc = proc
    self.naming = naming
  }
}

/// The registry of the process collectors.
package enum ProcessCollectors {
  /// All collectors of this room.
  package static let all: [CollectorEntry<ProcessContext>] = [
    CollectorEntry("process") {
      ProcessGroupCollector(
        proc: $0.proc, naming: $0.naming, readsThreads: $0.readsThreads,
        removesEmptyGroups: $0.removesEmptyGroups)
    }
  ]

  /// Makes the collectors that are on by default, or that `isEnabled` decides to turn on, ready for a
  /// runner, in the crew of the system collectors.
  package static func scheduled(
    _ context: ProcessContext,
    isEnabled: (CollectorEntry<ProcessContext>) -> Bool = { $0.isEnabledByDefault }
  ) throws -> [ScheduledCollector] {
    try all.filter(isEnabled).map { entry in
      var scheduled = ScheduledCollector(entry.name, try entry.make(context))
      scheduled.crew = .sequential("system")
      return scheduled
    }
  }
}
