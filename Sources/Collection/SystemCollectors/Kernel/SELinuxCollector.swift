import SystemAccess
import CollectorCore
import ExpositionFormat

/// Whether SELinux is on, and whether it enforces.
struct SELinuxCollector: RememberingCollector {
  private let configuration: String
  private var files: SmallFiles
  private var file = ReadBuffer()

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
    configuration = proc.hostPath("/etc/selinux/config")
  }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    let isOn = files.reads("fs/selinux", "enforce")
    buffer.gauge("node_selinux_enabled", "Whether SELinux is on.", isOn ? 1 : 0)
    guard isOn else { return }
    buffer.gauge(
      "node_selinux_current_mode", "1 if SELinux enforces, 0 if it only warns.",
      files.text.equals("1") ? 1 : 0)
    guard (try? file.read(path: configuration)) != nil, let mode = Self.mode(file.span) else {
      return
    }
    buffer.gauge(
      "node_selinux_config_mode",
      "What SELinux is told to do at boot: 1 enforce, 0 warn, -1 nothing.", mode)
  }

  /// Finds the line `SELINUX=enforcing`.
  static func mode(_ bytes: Span<UInt8>) -> Double? {
    var lines = ByteScanner(bytes, file: "selinux/config")
    while var line = lines.nextLine() {
      guard line.text(before: "=")?.trimmed.equals("SELINUX") == true else { continue }
      let word = line.rest.trimmed
      if word.equals("enforcing") { return 1 }
      if word.equals("permissive") { return 0 }
      if word.equals("disabled") { return -1 }
    }
    return nil
  }
}
