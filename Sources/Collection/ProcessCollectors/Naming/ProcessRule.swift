package import PatternMatching

/// One entry of a process-exporter file: the processes it matches, and the name of their group.
package struct ProcessRule: Sendable {
  /// The group's name.
  package let name: GroupNameTemplate
  /// Names in the kernel, of which one must be the process's; empty for any.
  package let comm: Set<String>
  /// Executables, of which one must be the process's; empty for any.
  package let exe: Set<String>
  /// Expressions that must all match the arguments, joined by spaces.
  package let cmdline: [RegularExpression]

  /// The selectors that only rules of our own configuration have.
  package let own: OwnSelectors

  /// Selectors that process-exporter's files do not have. A process must match one of each list.
  package struct OwnSelectors: Hashable, Sendable {
    /// Real executables: whole paths, or last components.
    package var executables: Set<String> = []
    /// Systemd units, such as `nginx.service`.
    package var units: Set<String> = []
    /// Short ids of containers.
    package var containers: Set<String> = []
    /// Names of users.
    package var users: Set<String> = []

    /// Selects everything.
    package init() {}

    var isEmpty: Bool {
      executables.isEmpty && units.isEmpty && containers.isEmpty && users.isEmpty
    }

    func take(_ process: ProcessDescription) -> Bool {
      if !executables.isEmpty {
        guard let path = process.executable,
          executables.contains(path)
            || executables.contains(ProcessDescription.baseName(path))
        else { return false }
      }
      if !units.isEmpty, !(process.unit.map(units.contains) ?? false) { return false }
      if !containers.isEmpty, !(process.container.map(containers.contains) ?? false) {
        return false
      }
      return users.isEmpty || users.contains(process.username)
    }

    var variables: Set<GroupNameTemplate.Variable> {
      var variables: Set<GroupNameTemplate.Variable> = []
      if !units.isEmpty || !containers.isEmpty { variables.insert(.cgroups) }
      if !users.isEmpty { variables.insert(.username) }
      return variables
    }
  }

  /// The template of a rule without a name.
  package static let defaultName = "{{.ExeBase}}"
  /// The kernel truncates names of processes to this many bytes.
  package static let commLimit = 15

  /// Makes a rule.
  ///
  /// `own` is given for rules of our own configuration, whose names may use our own variables.
  ///
  /// - Throws: `ProcessNamingError` if it selects nothing, or a pattern or the template is
  ///   malformed.
  package init(
    name: String? = nil, comm: [String] = [], exe: [String] = [], cmdline: [String] = [],
    own: OwnSelectors? = nil
  ) throws(ProcessNamingError) {
    guard !(comm.isEmpty && exe.isEmpty && cmdline.isEmpty && own?.isEmpty ?? true) else {
      throw ProcessNamingError(
        own == nil
          ? "a rule needs at least one of comm, exe and cmdline"
          : "a rule needs at least one of comm, exe, cmdline, executable, unit, container and user")
    }
    self.own = own ?? OwnSelectors()
    self.name = try GroupNameTemplate(name ?? Self.defaultName, allowsOwn: own != nil)
    for each in comm where each.utf8.count > Self.commLimit {
      throw ProcessNamingError(
        "comm \"\(each)\" can never match: the kernel cuts names at \(Self.commLimit) bytes")
    }
    self.comm = Set(comm)
    self.exe = Set(exe)
    var expressions: [RegularExpression] = []
    for pattern in cmdline {
      do {
        expressions.append(
          try RegularExpression(pattern, anchoring: .anywhere, dotMatchesNewline: false))
      } catch {
        throw ProcessNamingError("cmdline: \(error.description)")
      }
    }
    self.cmdline = expressions
    let known = Set(expressions.flatMap { $0.groupNames.compactMap { $0 } })
    for case .match(let group) in self.name.variables where !known.contains(group) {
      throw ProcessNamingError(
        "name uses .Matches.\(group), but no cmdline expression has a group of that name")
    }
  }

  /// The group's name for a process; `nil` if the rule does not match it.
  func groupName(of process: ProcessDescription) -> String? {
    if !comm.isEmpty, !comm.contains(process.comm) { return nil }
    if !exe.isEmpty, !exe.contains(where: process.isExecutable) { return nil }
    guard own.take(process) else { return nil }
    guard let matches = matches(process.commandLine) else { return nil }
    return name.name { variable in
      if case .match(let group) = variable { return matches[group] ?? "" }
      return process.value(of: variable)
    }
  }

  /// The named groups of all expressions; `nil` if one of them does not match.
  private func matches(_ commandLine: String) -> [String: String]? {
    var matches: [String: String] = [:]
    for expression in cmdline {
      guard expression.groupNames.contains(where: { $0 != nil }) else {
        guard expression.matches(commandLine) else { return nil }
        continue
      }
      guard let captures = expression.firstCaptures(in: commandLine) else { return nil }
      for (index, name) in expression.groupNames.enumerated() {
        if let name { matches[name] = captures[index + 1] ?? "" }
      }
    }
    return matches
  }
}
