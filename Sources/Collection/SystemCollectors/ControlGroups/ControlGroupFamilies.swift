import CollectorCore
import ExpositionFormat
import MetricModel

/// The families of units and containers.
struct ControlGroupFamilies {
  let cpu, periods, throttledPeriods, throttledTime: FamilyBuffer.FamilyID
  let memory, memoryPeak, memoryLimit, oomKills, swap: FamilyBuffer.FamilyID
  let bytes, operations, pressure, processes, processLimit: FamilyBuffer.FamilyID

  init(in buffer: inout FamilyBuffer) {
    func family(
      _ name: String, _ type: MetricType, _ help: String, _ more: [String] = []
    ) -> FamilyBuffer.FamilyID {
      buffer.family(
        "tocsin_cgroup_\(name)", type, help, labels: ["unit", "container"] + more)
    }
    cpu = family("cpu_seconds_total", .counter, "Processor time.", ["mode"])
    periods = family("cpu_periods_total", .counter, "Periods in which the quota was looked at.")
    throttledPeriods = family(
      "cpu_throttled_periods_total", .counter, "Periods in which the quota was used up.")
    throttledTime = family(
      "cpu_throttled_seconds_total", .counter, "Time held back because of the quota.")
    memory = family("memory_bytes", .gauge, "Memory in use, file cache included.")
    memoryPeak = family("memory_peak_bytes", .gauge, "Most memory ever in use.")
    memoryLimit = family("memory_limit_bytes", .gauge, "Most memory allowed, if there is a limit.")
    oomKills = family(
      "oom_kills_total", .counter, "Processes killed because memory ran out.")
    swap = family("memory_swap_bytes", .gauge, "Memory that was swapped out.")
    bytes = family(
      "io_bytes_total", .counter, "Bytes read from and written to all devices.", ["operation"])
    operations = family(
      "io_operations_total", .counter, "Reads from and writes to all devices.", ["operation"])
    pressure = family(
      "pressure_seconds_total", .counter,
      "Time in which some (waiting) or all (stalled) tasks lacked the resource.",
      ["resource", "kind"])
    processes = family("tasks", .gauge, "Processes and threads.")
    processLimit = family(
      "tasks_limit", .gauge, "Most processes and threads allowed, if there is a limit.")
  }
}
