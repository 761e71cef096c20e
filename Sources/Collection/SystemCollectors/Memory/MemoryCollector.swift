import SystemAccess
import CollectorCore
import ExpositionFormat
import Synchronization

/// Every field of /proc/meminfo.
final class MemoryCollector: Collector {
  private let proc: ProcRoot
  private let names = Mutex(FieldNames())

  init(proc: ProcRoot) {
    self.proc = proc
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readLines("meminfo")
    var names = names.withLock { $0 }
    defer { self.names.withLock { $0 = names } }
    names.begin()
    var lines = ByteScanner(file.span, file: "meminfo")
    while var line = lines.nextLine() {
      guard let field = line.text(before: ":") else {
        if line.nextField() == nil { continue }
        throw line.error("a name and a colon are missing")
      }
      let value = Double(try line.unsigned("the amount"))
      let isKilobytes = try Self.isKilobytes(&line)
      let name = names.name(for: field) { Self.metricName($0, isBytes: isKilobytes) }
      guard let name else { continue }
      buffer.gauge(name, "A field of /proc/meminfo.", isKilobytes ? value * 1024 : value)
    }
    guard buffer.sampleCount > 0 else { throw FormatError(file: "meminfo", "the file is empty") }
  }

  private static func isKilobytes(_ line: inout ByteScanner) throws(FormatError) -> Bool {
    guard let unit = line.nextField() else { return false }
    guard unit.equals("kB") else { throw line.error("unknown unit \"\(unit.excerpt)\"") }
    return true
  }

  /// `Active(anon)` becomes `node_memory_Active_anon_bytes`.
  static func metricName(_ field: String, isBytes: Bool) -> String {
    "node_memory_" + metricPart(field) + (isBytes ? "_bytes" : "")
  }

  /// `Active(anon)` becomes `Active_anon`.
  static func metricPart(_ field: String) -> String {
    var name = ""
    for character in field.unicodeScalars {
      switch character {
      case "(": name.unicodeScalars.append("_")
      case ")": break
      default: name.unicodeScalars.append(character)
      }
    }
    return name
  }
}
