package import PatternMatching

/// One entry of a process-exporter file: which processes it takes, and what their group is called.
package struct ProcessRule: Sendable {
  /// The group's name.
  package let name: GroupNameTemplate
  /// Names in the kernel, of which one must be the process's; empty for any.
  package let comm: Set<String>
  /// Executables, of which one must be the process's; empty for any.
  package let exe: Set<String>
  /// Expressions that must all match the arguments, joined by spaces.
  package let cmdline: [RegularExpression]

  /// The template of a rule without a name.
  package static let defaultName = "{{.ExeBase}}"
  /// The kernel cuts names of processes at this many bytes.
  package static let commLimit = 15

  /// Makes a rule; throws if it selects nothing, or a pattern or the template is wrong.
  package init(
    name: String? = nil, comm: [String] = [], exe: [String] = [], cmdline: [String] = []
  ) throws(ProcessNamingError) {
    guard !(comm.isEmpty && exe.isEmpty && cmdline.isEmpty) else {
      throw ProcessNamingError("a rule needs at least one of comm, exe and cmdline")
    }
    self.name = try GroupNameTemplate(name ?? Self.defaultName)
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

  /// The group's name for a process; nil if the rule does not take it.
  func groupName(of process: ProcessDescription) -> String? {
    if !comm.isEmpty, !comm.contains(process.comm) { return nil }
    if !exe.isEmpty, !exe.contains(where: process.isExecutable) { return nil }
    guard let matches = matches(process.commandLine) else { return nil }
    return name.name { variable in
      if case .match(let group) = variable { return matches[group] ?? "" }
      return process.value(of: variable)
    }
  }

  /// The named groups of all expressions; nil if one of them does not match.
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

/// How processes are put into groups.
package struct ProcessNaming: Sendable {
  /// The rules; the first that takes a process counts.
  package var rules: [ProcessRule]
  /// Whether a process that no rule takes belongs to the group of its nearest ancestor that has one.
  package var childrenInherit = true
  /// Whether processes are grouped by their executables when there are no rules.
  package var groupsByExecutable: Bool

  /// Groups by rules.
  package init(rules: [ProcessRule], childrenInherit: Bool = true) {
    self.rules = rules
    self.childrenInherit = childrenInherit
    groupsByExecutable = false
  }

  private init() {
    rules = []
    groupsByExecutable = true
  }

  /// Groups every process by the name of its real executable, or by its name in the kernel where the
  /// executable cannot be read. Threads of the kernel are left out.
  package static let byExecutable = ProcessNaming()

  func groupName(of process: ProcessDescription) -> String? {
    guard groupsByExecutable else {
      for rule in rules {
        if let name = rule.groupName(of: process) { return name }
      }
      return nil
    }
    guard !process.isKernelThread else { return nil }
    return process.executable.map(ProcessDescription.baseName) ?? process.comm
  }
}
