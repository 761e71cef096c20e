/// What naming a process needs to know of it; read once in its life.
struct ProcessDescription {
  var pid: Int32
  var isKernelThread = false
  /// The name in the kernel, at most 15 bytes.
  var comm: String
  /// The real executable; nil where it cannot be read.
  var executable: String?
  /// The arguments as the process shows them; it may have rewritten them.
  var arguments: [String] = []
  /// Filled in only if a rule asks for them.
  var username = ""
  var startTime = ""
  var cgroups: [String] = []

  /// The arguments joined by spaces.
  var commandLine: String { arguments.joined(separator: " ") }

  /// Whether a selector means this executable: its whole path if the selector holds a slash, else its
  /// last part. Both the first argument and the real executable count.
  func isExecutable(_ selector: String) -> Bool {
    let isPath = selector.contains("/")
    for path in [arguments.first, executable] {
      guard let path else { continue }
      if (isPath ? path : Self.baseName(path)) == selector { return true }
    }
    return false
  }

  func value(of variable: GroupNameTemplate.Variable) -> String {
    switch variable {
    case .comm: comm
    case .exeBase: Self.baseName(exeFull)
    case .exeFull: exeFull
    case .username: username
    case .processID: String(pid)
    case .startTime: startTime
    case .cgroups: "[" + cgroups.joined(separator: " ") + "]"
    case .match: ""
    }
  }

  /// The first argument, as process-exporter has it; the name in the kernel for those without.
  private var exeFull: String {
    guard let first = arguments.first, !first.isEmpty else { return comm }
    return first
  }

  /// What stands after the last slash.
  static func baseName(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    let base = path[path.index(after: slash)...]
    return base.isEmpty ? path : String(base)
  }
}
