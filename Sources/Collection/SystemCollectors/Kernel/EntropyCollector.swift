import SystemAccess
import CollectorCore
import ExpositionFormat

/// The kernel's pool of randomness.
struct EntropyCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let available = try bits("entropy_avail")
    let size = try bits("poolsize")
    buffer.gauge("node_entropy_available_bits", "Bits of randomness available.", available)
    buffer.gauge("node_entropy_pool_size_bits", "Bits that the pool holds at most.", size)
  }

  private func bits(_ name: String) throws -> Double {
    let path = "sys/kernel/random/\(name)"
    let file = try proc.readIfPresent(path)
    var line = ByteScanner(file.span, file: path, line: 1)
    return Double(try line.unsigned(name))
  }
}
