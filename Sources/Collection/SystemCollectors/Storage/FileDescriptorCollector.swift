import SystemAccess
import CollectorCore
import ExpositionFormat

/// File handles of the whole machine, from /proc/sys/fs/file-nr.
struct FileDescriptorCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readLines("sys/fs/file-nr")
    var line = ByteScanner(file.span, file: "sys/fs/file-nr", line: 1)
    let allocated = try line.unsigned("allocated")
    _ = try line.unsigned("free")
    let maximum = try line.unsigned("maximum")
    buffer.gauge("node_filefd_allocated", "File handles in use.", Double(allocated))
    buffer.gauge("node_filefd_maximum", "Most file handles that there may be.", Double(maximum))
  }
}
