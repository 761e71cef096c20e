import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Boot time, context switches, forks, interrupts and running processes, from /proc/stat.
struct StatCollector: Collector {
  private let proc: ProcRoot
  private let showsSoftInterrupts: Bool

  /// The kernel's kinds of soft interrupts in its order.
  private static let vectors = [
    "hi", "timer", "net_tx", "net_rx", "block", "block_iopoll", "tasklet", "sched", "hrtimer",
    "rcu",
  ]

  init(_ context: SystemContext) {
    proc = context.proc
    showsSoftInterrupts = context.showsSoftInterrupts
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readLines("stat")
    var lines = ByteScanner(file.span, file: "stat")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      if key.equals("intr") {
        let value = try line.unsigned("intr")
        buffer.counter("node_intr_total", "Interrupts served since boot.", Double(value))
      } else if key.equals("ctxt") {
        let value = try line.unsigned("ctxt")
        buffer.counter(
          "node_context_switches_total", "Context switches since boot.", Double(value))
      } else if key.equals("btime") {
        let value = try line.unsigned("btime")
        buffer.gauge(
          "node_boot_time_seconds", "Time of the last boot, in Unix time.", Double(value))
      } else if key.equals("processes") {
        let value = try line.unsigned("processes")
        buffer.counter("node_forks_total", "Processes and threads begun since boot.", Double(value))
      } else if key.equals("softirq"), showsSoftInterrupts {
        try addSoftInterrupts(&line, to: &buffer)
      } else if key.equals("procs_running") {
        let value = try line.unsigned("procs_running")
        buffer.gauge("node_procs_running", "Processes that are ready to run.", Double(value))
      } else if key.equals("procs_blocked") {
        let value = try line.unsigned("procs_blocked")
        buffer.gauge("node_procs_blocked", "Processes that wait for a disk.", Double(value))
      }
    }
    guard buffer.sampleCount > 0 else { throw FormatError(file: "stat", "no known field") }
  }

  /// Adds the sum, then one number for each kind.
  private func addSoftInterrupts(
    _ line: inout ByteScanner, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    _ = try line.unsigned("the sum of soft interrupts")
    buffer.family(
      "node_softirqs_total", .counter, "Soft interrupts served since boot.", labels: ["vector"])
    for vector in Self.vectors {
      let value = try line.unsigned(vector)
      buffer.add(Double(value), vector)
    }
  }
}
