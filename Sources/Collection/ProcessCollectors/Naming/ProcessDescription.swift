/// The properties by which a process is named; read once in its life.
struct ProcessDescription {
  var pid: Int32
  var isKernelThread = false
  /// The name in the kernel, at most 15 bytes.
  var comm: String
  /// The real executable; nil where it cannot be read.
  var executable: String?
  /// The arguments, which the process may have rewritten.
  var arguments: [String] = []
  /// The user; empty unless a rule needs it.
  var username = ""
  var startTime = ""
  var cgroups: [String] = []
  /// The name under which PM2 runs it.
  var managedName: String?

  /// The arguments joined by spaces.
  var commandLine: String { arguments.joined(separator: " ") }

  /// Whether a selector matches this executable: its whole path if the selector contains a slash,
  /// else its last component. Both the first argument and the real executable count.
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
    case .executable: executable ?? ""
    case .unit: unit ?? ""
    case .container: container ?? ""
    }
  }

  /// The first argument, as in process-exporter; the kernel's name for processes without arguments.
  private var exeFull: String {
    guard let first = arguments.first, !first.isEmpty else { return comm }
    return first
  }

  /// The name of the program: the last component of the real executable, else the kernel's name.
  var program: String { executable.map(Self.baseName) ?? comm }

  /// The systemd unit, from the innermost control group that is a service or a scope.
  var unit: String? {
    for path in cgroups {
      let parts = path.split(separator: "/")
      if let unit = parts.last(where: {
        ($0.hasSuffix(".service") || $0.hasSuffix(".scope")) && Self.containerID(in: $0) == nil
      }) {
        return String(unit)
      }
    }
    return nil
  }

  /// The first twelve digits of the container's id, as container tools show it.
  var container: String? {
    for path in cgroups {
      for part in path.split(separator: "/").reversed() {
        if let id = Self.containerID(in: part) { return id }
      }
    }
    return nil
  }

  /// Finds 64 hexadecimal digits, alone or between `docker-` or the like and `.scope`.
  private static func containerID(in part: Substring) -> String? {
    let stem = part.hasSuffix(".scope") ? part.dropLast(6) : part
    let id = stem.utf8.suffix(64)
    guard id.count == 64, id.allSatisfy({ $0.isHexadecimalDigit }) else { return nil }
    let before = stem.utf8.dropLast(64).last
    guard before == nil || before == UInt8(ascii: "-") || before == UInt8(ascii: ":") else {
      return nil
    }
    return String(Substring(id.prefix(12)))
  }

  /// The part after the last slash.
  static func baseName(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    let base = path[path.index(after: slash)...]
    return base.isEmpty ? path : String(base)
  }
}

extension UInt8 {
  fileprivate var isHexadecimalDigit: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
  }
}
