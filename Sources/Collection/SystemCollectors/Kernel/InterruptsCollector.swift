import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Interrupts by processor, from /proc/interrupts.
struct InterruptsCollector: Collector {
  private let proc: ProcRoot
  private let filter: NameFilter
  private let showsZero: Bool

  init(_ context: SystemContext) {
    proc = context.proc
    filter = context.patterns.interrupts
    showsZero = context.showsZeroInterrupts
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("interrupts")
    buffer.family(
      "node_interrupts_total", .counter, "Interrupts served.",
      labels: ["cpu", "devices", "info", "type"])
    var lines = ByteScanner(file.span, file: "interrupts")
    guard var heading = lines.nextLine() else { throw lines.error("the headings are missing") }
    let cpus = try heading.processors()
    while var line = lines.nextLine() {
      guard let name = line.text(before: ":")?.trimmed else {
        throw line.error("the interrupt's name and a colon are missing")
      }
      // Errors and misses have one count for the whole machine.
      guard let counts = line.counts(cpus.count) else { continue }
      let rest = line.rest.trimmed.text
      // A numbered interrupt is followed by its chip, kind and devices; a named one only by a
      // description.
      var (info, devices) = (rest, "")
      if name.unsigned != nil {
        let words = rest.split(separator: " ", omittingEmptySubsequences: true)
        info = words.first.map(String.init) ?? ""
        devices = words.dropFirst().joined(separator: " ")
      }
      let type = name.text
      guard filter.shows("\(type);\(info);\(devices)") else { continue }
      for (cpu, count) in zip(cpus, counts) where showsZero || count > 0 {
        buffer.beginSample()
        buffer.label(cpu)
        buffer.label(devices)
        buffer.label(info)
        buffer.label(type)
        buffer.endSample(Double(count))
      }
    }
  }
}

extension ByteScanner {
  /// Reads a heading `CPU0 CPU1 CPU4`.
  mutating func processors() throws(FormatError) -> [String] {
    var cpus: [String] = []
    while let field = nextField() {
      guard field.starts(with: "CPU") else {
        throw error("\"\(field.excerpt)\" is no processor")
      }
      cpus.append(field.extracting(droppingFirst: 3).text)
    }
    return cpus
  }

  /// Reads that many numbers. Returns nil if there are fewer.
  mutating func counts(_ count: Int) -> [UInt64]? {
    var numbers: [UInt64] = []
    while numbers.count < count {
      guard let number = nextField()?.unsigned else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
