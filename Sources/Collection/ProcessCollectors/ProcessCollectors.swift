package import SystemAccess
package import CollectorCore

/// The options of process collection, without the naming of groups.
package struct ProcessOptions: Sendable, Hashable {
  /// Whether threads are read: for metrics by thread name, and for the states and context switches
  /// of all threads rather than of main threads only.
  package var readsThreads = true
  /// Whether proportional memory is read (`smaps_rollup`), which is expensive for the kernel.
  package var readsProportionalMemory = false
  /// How long that may take in a scrape; processes that are not reached expose their last sample.
  package var proportionalMemoryBudget: Duration = .milliseconds(100)
  /// Whether a group is removed with its last member; `nil` for the default, which removes groups
  /// without a configured name.
  package var removesEmptyGroups: Bool?
  /// Whether a process that matches no rule belongs to the group of its nearest ancestor that has
  /// one.
  package var childrenInherit = true
  /// Whether processes are named again in every scrape, in case their arguments changed.
  package var rechecks = false
  /// Only processes younger than this are named again; nil for all.
  package var recheckLimit: Duration?
  /// Whether the ports that groups listen on are exposed.
  package var showsListeners = true
  /// The most groups; processes of further ones are counted together in the group `other`.
  package var groupLimit = 1000

  /// The defaults.
  package init() {}
}

/// The dependencies of the process collectors.
package struct ProcessContext: Sendable {
  /// The paths of the kernel's files.
  package var proc: ProcRoot
  /// The rules that put processes into groups.
  package var naming: ProcessNaming
  /// The options.
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
  /// All collectors of this module.
  package static let all: [CollectorEntry<ProcessContext>] = [
    CollectorEntry("process") {
      ProcessGroupCollector(proc: $0.proc, naming: $0.naming, options: $0.options)
    }
  ]

  /// Makes the enabled collectors (by default, or by `isEnabled`) in the execution group of the
  /// system collectors.
  package static func scheduled(
    _ context: ProcessContext,
    isEnabled: (CollectorEntry<ProcessContext>) -> Bool = { $0.isEnabledByDefault }
  ) throws -> [ScheduledCollector] {
    try all.filter(isEnabled).map { entry in
      var scheduled = ScheduledCollector(entry.name, try entry.make(context))
      scheduled.execution = .sequential("system")
      return scheduled
    }
  }
}
