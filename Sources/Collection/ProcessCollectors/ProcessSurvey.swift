import SystemAccess
import CollectorCore

/// The group of each process and the reason for it, without collecting metrics.
package struct ProcessSurvey: Sendable {
  /// One process.
  package struct Row: Hashable, Sendable {
    /// Its id.
    package var pid: Int32
    /// Its group; nil if it has none.
    package var group: String?
    /// Why it belongs to the group, or why it has none.
    package var reason: String
    /// Its arguments, or the kernel's name in brackets.
    package var command: String
  }

  /// The processes, by group and then by id; those without a group last.
  package let rows: [Row]

  /// Lists the processes as the collector would in its first scrape.
  package init(_ context: ProcessContext) throws {
    var reader = ProcessReader(proc: context.proc)
    let directory = try reader.open()
    let bootTime = try context.proc.bootTime()
    var errors = ProcessReader.ErrorCounts()
    let naming = context.naming
    let inherits = naming.childrenInherit && context.options.childrenInherit
    var processes: [ProcessReading] = []
    for pid in try reader.list(directory) {
      if let reading = reader.read(pid, in: directory, errors: &errors) {
        processes.append(reading)
      }
    }
    var tracker = ProcessTracker(
      childrenInherit: inherits, groupLimit: context.options.groupLimit, namesThreads: false)
    var found: [Int32: (reason: String, command: String)] = [:]
    let groups = tracker.begin(processes) { process in
      guard
        let description = reader.describe(
          process, in: directory, naming: naming, bootTime: bootTime, errors: &errors)
      else { return .gone }
      let choice = naming.group(of: description)
      let command =
        description.arguments.isEmpty ? "[\(description.comm)]" : description.commandLine
      let none = description.isKernelThread ? "thread of the kernel" : "no rule takes it"
      found[process.pid] = (choice?.reason ?? none, command)
      return choice.map { .group($0.name) } ?? .unnamed
    }
    rows = zip(processes, groups).compactMap { process, index -> Row? in
      guard let (reason, command) = found[process.pid] else { return nil }
      let group = index.flatMap { tracker.name(ofGroup: $0) }
      let isInherited = group != nil && (reason.hasPrefix("no ") || reason.hasPrefix("thread "))
      return Row(
        pid: process.pid, group: group, reason: isInherited ? "child of the group" : reason,
        command: command)
    }.sorted {
      ($0.group == nil ? 1 : 0, $0.group ?? "", $0.pid)
        < ($1.group == nil ? 1 : 0, $1.group ?? "", $1.pid)
    }
  }
}
