import SystemAccess
import CollectorCore
import ExpositionFormat
import PatternMatching
import Synchronization

/// Selected fields of /proc/vmstat.
final class VMStatCollector: Collector {
  private let proc: ProcRoot
  private let shown: RegularExpression
  private let names = Mutex(FieldNames())

  init(_ context: SystemContext) {
    proc = context.proc
    shown = context.patterns.vmstatFields
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readLines("vmstat")
    var names = names.withLock { $0 }
    defer { self.names.withLock { $0 = names } }
    names.begin()
    var lines = ByteScanner(file.span, file: "vmstat")
    while var line = lines.nextLine() {
      guard let field = line.nextField() else { continue }
      let name = names.name(for: field) { shown.matches($0) ? "node_vmstat_\($0)" : nil }
      guard let name else { continue }
      let value = Double(try line.unsigned("the count"))
      buffer.untyped(name, "A field of /proc/vmstat.", value)
    }
  }
}
