/// The rules that put processes into groups.
package struct ProcessNaming: Sendable {
  /// The name of the group of a process that matches no rule.
  package enum Key: String, CaseIterable, Sendable {
    /// Built-in detectors of applications, else the real executable.
    case application
    /// The real executable.
    case executable
    /// The systemd unit, else the executable.
    case unit
    /// The container, else the unit, else the executable.
    case container
    /// The user that the process acts as.
    case user
  }

  /// The name of a group, and the reason why a process belongs to it.
  struct Choice: Hashable, Sendable {
    var name: String
    var reason: String
  }

  /// The rules; the first match counts.
  package var rules: [ProcessRule]
  /// Whether a process that matches no rule belongs to the group of its nearest ancestor that has
  /// one.
  package var childrenInherit = true
  /// How processes that match no rule are grouped; `nil` leaves them out.
  package var key: Key?

  /// Groups by rules, and the rest by a key, if there is one.
  package init(rules: [ProcessRule], childrenInherit: Bool = true, key: Key? = nil) {
    self.rules = rules
    self.childrenInherit = childrenInherit
    self.key = key
  }

  /// Groups every process by the name of its real executable, or by the kernel's name where the
  /// executable cannot be read. Kernel threads are left out.
  package static let byExecutable = ProcessNaming(rules: [], key: .executable)
  /// Groups by application, as the built-in detectors recognise it.
  package static let detected = ProcessNaming(rules: [], key: .application)

  /// The variables that must be read of a process to name it.
  var variables: Set<GroupNameTemplate.Variable> {
    var variables: Set<GroupNameTemplate.Variable> = []
    for rule in rules {
      variables.formUnion(rule.name.variables)
      variables.formUnion(rule.own.variables)
    }
    switch key {
    case .unit, .container: variables.insert(.cgroups)
    case .user: variables.insert(.username)
    case .application, .executable, nil: break
    }
    if !variables.isDisjoint(with: [.unit, .container]) { variables.insert(.cgroups) }
    return variables
  }

  /// The group of a process; nil if it belongs to none by itself.
  func group(of process: ProcessDescription) -> Choice? {
    for (index, rule) in rules.enumerated() {
      if let name = rule.groupName(of: process) {
        return Choice(name: name, reason: "rule \(index + 1)")
      }
    }
    guard let key, !process.isKernelThread else { return nil }
    switch key {
    case .application:
      return ApplicationDetector.choice(for: process) ?? executable(of: process)
    case .executable: return executable(of: process)
    case .unit: return unit(of: process) ?? executable(of: process)
    case .container:
      return process.container.map { Choice(name: $0, reason: "container") } ?? unit(of: process)
        ?? executable(of: process)
    case .user:
      return process.username.isEmpty
        ? nil : Choice(name: process.username, reason: "user")
    }
  }

  func groupName(of process: ProcessDescription) -> String? { group(of: process)?.name }

  private func unit(of process: ProcessDescription) -> Choice? {
    process.unit.map { Choice(name: $0, reason: "systemd unit") }
  }

  private func executable(of process: ProcessDescription) -> Choice {
    Choice(
      name: process.program,
      reason: process.executable == nil ? "name in the kernel" : "executable")
  }

  /// The processes that are to be named again although they seem unchanged. One that has not run
  /// has not changed.
  func recheck(
    _ options: ProcessOptions, _ processes: [ProcessReading], isQuiet: [Bool], uptimeTicks: UInt64
  ) -> Set<Int32> {
    guard options.rechecks || options.recheckLimit != nil else { return [] }
    var again: Set<Int32> = []
    for (process, isQuiet) in zip(processes, isQuiet) where !isQuiet {
      if let limit = options.recheckLimit {
        let age = uptimeTicks.since(process.startTicks)
        guard age <= UInt64(clamping: limit.components.seconds) &* 100 else { continue }
      }
      again.insert(process.pid)
    }
    return again
  }
}
