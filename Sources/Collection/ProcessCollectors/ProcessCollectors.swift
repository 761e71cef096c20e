package import CollectorCore

/// How processes are collected, apart from how they are named.
package struct ProcessOptions: Sendable, Hashable {
  /// Whether threads are read: for metrics by thread name, and for the states and context switches of
  /// all threads rather than of main threads only.
  package var readsThreads = true
  /// Whether memory is counted by shares (`smaps_rollup`), which costs the kernel much.
  package var readsProportionalMemory = false
  /// How long a scrape may take for that; processes whose turn does not come show their last sample.
  package var proportionalMemoryBudget: Duration = .milliseconds(100)
  /// Whether a group ends with its last member; nil for the default, which is that groups that nobody
  /// named do.
  package var removesEmptyGroups: Bool?
  /// Whether a process that no rule takes belongs to the group of its nearest ancestor that has one.
  package var childrenInherit = true
  /// Whether processes are named again in every scrape, in case their arguments changed.
  package var rechecks = false
  /// Only processes younger than this are named again; nil for all.
  package var recheckLimit: Duration?
  /// Whether it is shown which ports the groups listen on.
  package var showsListeners = true
  /// Most groups; processes of further ones are counted together in the group `other`.
  package var groupLimit = 1000

  /// The defaults.
  package init() {}
}

/// What the process collectors are made from.
package struct ProcessContext: Sendable {
  /// Where the kernel's files are.
  package var proc: ProcRoot
  /// How processes are put into groups.
  package var naming: ProcessNaming
  /// What is collected of them.
  package var options: ProcessOptions

  /// Makes the context.
  package init(
    proc: ProcRoot = ProcRoot(), naming: ProcessNaming = .detected,
    options: ProcessOptions = ProcessOptions()
  ) {
    self.proc = proc
    self.naming = naming
    self.options = options
  }
}

/// The registry of the process collectors.
package enum ProcessCollectors {
  /// All collectors of this room.
  package static let all: [CollectorEntry<ProcessContext>] = [
    CollectorEntry("process") {
      ProcessGroupCollector(proc: $0.proc, naming: $0.naming, options: $0.options)
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
