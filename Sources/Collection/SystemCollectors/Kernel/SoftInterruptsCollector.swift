import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Soft interrupts by processor and kind, from /proc/softirqs.
struct SoftInterruptsCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("softirqs")
    buffer.family(
      "node_softirqs_functions_total", .counter, "Soft interrupts served.",
      labels: ["cpu", "type"])
    var lines = ByteScanner(file.span, file: "softirqs")
    guard var heading = lines.nextLine() else { throw lines.error("the headings are missing") }
    let cpus = try heading.processors()
    while var line = lines.nextLine() {
      guard let type = line.text(before: ":")?.trimmed.text else {
        throw line.error("the kind and a colon are missing")
      }
      guard let counts = line.counts(cpus.count) else {
        throw line.error("a number for each of \(cpus.count) processors is missing")
      }
      for (cpu, count) in zip(cpus, counts) { buffer.add(Double(count), cpu, type) }
    }
  }
}
