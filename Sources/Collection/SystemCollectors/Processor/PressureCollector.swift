import SystemAccess
import CollectorCore
import ExpositionFormat

/// How long tasks were stalled for lack of processors, memory or disks, from /proc/pressure.
struct PressureCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    try add("cpu", some: ("node_pressure_cpu_waiting_seconds_total", "processors"), to: &buffer)
    try add(
      "memory", some: ("node_pressure_memory_waiting_seconds_total", "memory"),
      full: ("node_pressure_memory_stalled_seconds_total", "memory"), to: &buffer)
    try add(
      "io", some: ("node_pressure_io_waiting_seconds_total", "disks"),
      full: ("node_pressure_io_stalled_seconds_total", "disks"), to: &buffer)
    try add(
      "irq", full: ("node_pressure_irq_stalled_seconds_total", "interrupts"), to: &buffer)
    guard buffer.sampleCount > 0 else { throw NoData("the kernel reports no pressure figures") }
  }

  private func add(
    _ resource: String, some: (name: String, cause: String)? = nil,
    full: (name: String, cause: String)? = nil, to buffer: inout FamilyBuffer
  ) throws {
    let file: ReadBuffer
    do {
      file = try proc.readLines("pressure/\(resource)")
    } catch let error as SystemError {
      // Kernels built with PSI but started without it refuse the read.
      guard error.isMissing || error.isUnsupported else { throw error }
      return
    }
    var lines = ByteScanner(file.span, file: "pressure/\(resource)")
    while var line = lines.nextLine() {
      guard let kind = line.nextField() else { continue }
      if let some, kind.equals("some") {
        let seconds = try Self.total(&line)
        buffer.counter(
          some.name, "Seconds in which some tasks waited for \(some.cause).", seconds)
      } else if let full, kind.equals("full") {
        let seconds = try Self.total(&line)
        buffer.counter(
          full.name, "Seconds in which no task could go on for want of \(full.cause).", seconds)
      }
    }
  }

  /// Finds `total=` and returns it in seconds.
  private static func total(_ line: inout ByteScanner) throws(FormatError) -> Double {
    while let field = line.nextField() {
      guard field.starts(with: "total=") else { continue }
      guard let microseconds = field.extracting(droppingFirst: 6).unsigned else {
        throw line.error("\"\(field.excerpt)\" has no number")
      }
      return Double(microseconds) / 1e6
    }
    throw line.error("total= is missing")
  }
}
