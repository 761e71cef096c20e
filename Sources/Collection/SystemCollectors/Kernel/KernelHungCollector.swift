import SystemAccess
import CollectorCore
import ExpositionFormat

/// Hung tasks that the kernel detected, from /proc/sys/kernel/hung_task_detect_count (6.13 and
/// later).
struct KernelHungCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let path = "sys/kernel/hung_task_detect_count"
    let file = try proc.readIfPresent(path)
    var line = ByteScanner(file.span, file: path, line: 1)
    let count = try line.unsigned("the count")
    buffer.counter(
      "node_kernel_hung_tasks_total", "Tasks that were found hanging since boot.", Double(count))
  }
}
