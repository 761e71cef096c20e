import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Caches of the kernel's allocator, from /proc/slabinfo, which only root may read.
struct SlabCollector: Collector {
  private let proc: ProcRoot
  private let filter: NameFilter

  init(_ context: SystemContext) {
    proc = context.proc
    filter = context.patterns.slabs
  }

  private static let columns = [
    ("active_objects", "Objects in use."), ("objects", "Objects."),
    ("object_size_bytes", "Size of an object."), ("objects_per_slab", "Objects of a slab."),
    ("pages_per_slab", "Pages of a slab."),
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("slabinfo")
    let families = Self.columns.map {
      buffer.family("node_slabinfo_\($0.0)", .gauge, $0.1, labels: ["slab"])
    }
    var lines = ByteScanner(file.span, file: "slabinfo")
    while var line = lines.nextLine() {
      // The first two lines are the version and the headings.
      guard lines.lineNumber > 2, let name = line.nextField(), shows(name) else { continue }
      for (column, family) in zip(Self.columns, families) {
        let value = try line.unsigned(column.0)
        buffer.beginSample()
        buffer.label(name)
        buffer.endSample(Double(value), to: family)
      }
    }
  }

  private func shows(_ name: Span<UInt8>) -> Bool {
    filter.showsAll || filter.shows(name.text)
  }
}
