import CollectorCore
import ExpositionFormat
import MetricModel

/// The families of threads by name in a buffer.
struct ThreadFamilies {
  private let count, cpu, bytes, minorFaults, majorFaults, switches: FamilyBuffer.FamilyID

  private static let labels = ["groupname", "threadname"]
  private static let cpuLabels = ["groupname", "threadname", "mode"]
  private static let byteLabels = ["groupname", "threadname", "iomode"]
  private static let switchLabels = ["groupname", "threadname", "ctxswitchtype"]

  init(in buffer: inout FamilyBuffer) {
    let prefix = "namedprocess_namegroup_thread_"
    count = buffer.family(
      prefix + "count", .gauge, "Threads of the group by name.", labels: Self.labels)
    cpu = buffer.family(
      prefix + "cpu_seconds_total", .counter,
      "Processor time used by threads of the name, by mode.",
      labels: Self.cpuLabels)
    bytes = buffer.family(
      prefix + "io_bytes_total", .counter,
      "Bytes that threads of the name moved from and to disks.",
      labels: Self.byteLabels)
    minorFaults = buffer.family(
      prefix + "minor_page_faults_total", .counter, "Page faults that needed no disk.",
      labels: Self.labels)
    majorFaults = buffer.family(
      prefix + "major_page_faults_total", .counter, "Page faults that waited for a disk.",
      labels: Self.labels)
    switches = buffer.family(
      prefix + "context_switches_total", .counter, "Switches of context of threads of the name.",
      labels: Self.switchLabels)
  }

  func add(_ thread: ThreadGroup, of group: String, to buffer: inout FamilyBuffer) {
    let name = thread.name
    buffer.add(Double(thread.count), group, name, to: count)
    buffer.add(Double(thread.counters.userTicks) / 100, group, name, "user", to: cpu)
    buffer.add(Double(thread.counters.systemTicks) / 100, group, name, "system", to: cpu)
    if thread.hasTraffic {
      buffer.add(Double(thread.traffic.read), group, name, "read", to: bytes)
      buffer.add(Double(thread.traffic.written), group, name, "write", to: bytes)
    }
    buffer.add(Double(thread.counters.minorFaults), group, name, to: minorFaults)
    buffer.add(Double(thread.counters.majorFaults), group, name, to: majorFaults)
    buffer.add(Double(thread.voluntarySwitches), group, name, "voluntary", to: switches)
    buffer.add(Double(thread.involuntarySwitches), group, name, "nonvoluntary", to: switches)
  }
}
