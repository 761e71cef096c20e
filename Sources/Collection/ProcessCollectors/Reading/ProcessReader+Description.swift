import SystemAccess
import CollectorCore
import MetricModel

extension ProcessReader {
  /// The most bytes of a command line that are read.
  static let commandLineLimit = 65_536

  /// Reads the properties by which a process is named. Returns nil if the process has ended. Values
  /// that may not be read are counted and left empty.
  mutating func describe(
    _ process: ProcessReading, in directory: borrowing Directory,
    naming: ProcessNaming, bootTime: UInt64, errors: inout ErrorCounts
  ) -> ProcessDescription? {
    let variables = naming.variables
    let pid = process.pid
    guard let comm = text("\(pid)/comm", in: directory) else { return nil }
    var description = ProcessDescription(
      pid: pid, isKernelThread: process.isKernelThread, comm: comm)
    do {
      try content.readLink(NumberedPath(pid, "exe"), in: directory)
      description.executable = Self.withoutDeletedMark(content.span.text)
    } catch {
      // Kernel threads and zombies have none.
      if !error.isGone, !process.isKernelThread {
        // The kernel also forbids this for a process that has just ended.
        guard text("\(pid)/comm", in: directory) != nil else { return nil }
        errors.files += 1
      }
    }
    if (try? content.read("\(pid)/cmdline", in: directory)) != nil {
      description.arguments = Self.parseArguments(content.span)
    }
    if variables.contains(.username) {
      description.username = username(of: pid, in: directory)
    }
    if variables.contains(.cgroups) {
      description.cgroups = (text("\(pid)/cgroup", in: directory) ?? "").split(separator: "\n").map
      {
        String($0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last ?? "")
      }
    }
    if naming.key == .application, ApplicationDetector.mayBeManaged(description) {
      do {
        try content.read("\(pid)/environ", in: directory)
        description.managedName = Self.managedName(content.span)
      } catch {
        if !error.isGone { errors.files += 1 }
      }
    }
    if variables.contains(.startTime) {
      let seconds = bootTime + process.startTicks / 100
      description.startTime = Timestamp(rawValue: Int64(clamping: seconds) * 1000).rfc3339
    }
    return description
  }

  /// Splits at zero bytes; a program may have left some at the end.
  static func parseArguments(_ bytes: Span<UInt8>) -> [String] {
    var arguments: [String] = []
    let end = min(bytes.count, commandLineLimit)
    var start = 0
    for index in 0...end where index == end || bytes[index] == 0 {
      if index > start || index < end { arguments.append(bytes.extracting(start..<index).text) }
      start = index + 1
    }
    while arguments.last?.isEmpty == true { arguments.removeLast() }
    return arguments
  }

  /// The PM2 name of a program, from the program's environment, of which nothing else is retained.
  static func managedName(_ environment: Span<UInt8>) -> String? {
    var name: String?
    var isManaged = false
    var start = 0
    for index in 0...environment.count where index == environment.count || environment[index] == 0 {
      let entry = environment.extracting(start..<index)
      if entry.starts(with: "pm_id=") { isManaged = true }
      if entry.starts(with: "name="), entry.count <= 133 {
        name = entry.extracting(droppingFirst: 5).text
      }
      start = index + 1
    }
    return isManaged ? name : nil
  }

  /// The kernel marks an executable that was replaced: `/usr/bin/x (deleted)`.
  static func withoutDeletedMark(_ path: String) -> String {
    path.hasSuffix(" (deleted)") ? String(path.dropLast(" (deleted)".count)) : path
  }

  /// The name of the user that the process acts as; its number if the name is unknown.
  private mutating func username(of pid: Int32, in directory: borrowing Directory) -> String {
    guard (try? content.read("\(pid)/status", in: directory)) != nil,
      let id = Self.effectiveUser(content.span)
    else { return "" }
    guard (try? content.read(path: proc.hostPath("/etc/passwd"))) != nil else { return String(id) }
    var lines = ByteScanner(content.span, file: "passwd")
    while var line = lines.nextLine() {
      guard let name = line.text(before: ":"), line.text(before: ":") != nil,
        let number = line.text(before: ":")?.unsigned, number == id
      else { continue }
      return name.text
    }
    return String(id)
  }

  private static func effectiveUser(_ bytes: Span<UInt8>) -> UInt64? {
    var lines = ByteScanner(bytes, file: "status")
    while var line = lines.nextLine() {
      guard line.nextField()?.equals("Uid:") == true else { continue }
      line.skipField()
      return line.nextField()?.unsigned
    }
    return nil
  }

  private mutating func text(_ path: String, in directory: borrowing Directory) -> String? {
    guard (try? content.read(path, in: directory)) != nil else { return nil }
    let bytes = content.span
    // A name may end in blanks of its own: only the kernel's newline is removed.
    let end = bytes.count > 0 && bytes[bytes.count - 1] == UInt8(ascii: "\n") ? 1 : 0
    return bytes.extracting(droppingLast: end).text
  }
}
