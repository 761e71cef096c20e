import CollectorCore
import MetricModel

/// The clock rates of the processors, from sysfs.
struct CPUFrequencyCollector: Collector {
  let proc: ProcRoot

  private static let files: [(file: String, name: String, help: String)] = [
    ("cpuinfo_cur_freq", "node_cpu_frequency_hertz", "Clock rate."),
    ("cpuinfo_min_freq", "node_cpu_frequency_min_hertz", "Lowest clock rate of the hardware."),
    ("cpuinfo_max_freq", "node_cpu_frequency_max_hertz", "Highest clock rate of the hardware."),
    ("scaling_cur_freq", "node_cpu_scaling_frequency_hertz", "Clock rate that is set."),
    ("scaling_min_freq", "node_cpu_scaling_frequency_min_hertz", "Lowest clock rate allowed."),
    ("scaling_max_freq", "node_cpu_scaling_frequency_max_hertz", "Highest clock rate allowed."),
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let base = "devices/system/cpu"
    let families = Self.files.map {
      buffer.family($0.name, .gauge, $0.help, labels: ["cpu"])
    }
    let governor = buffer.family(
      "node_cpu_scaling_governor", .gauge, "1 for the rule that sets the clock rate.",
      labels: ["cpu", "governor"])
    for name in try proc.sysNames(base) where name.hasPrefix("cpu") {
      let number = String(name.dropFirst(3))
      guard UInt(number) != nil else { continue }
      let directory = "\(base)/\(name)/cpufreq"
      for (file, family) in zip(Self.files, families) {
        guard let kilohertz = proc.sysLine("\(directory)/\(file.file)").flatMap(UInt64.init)
        else { continue }
        buffer.add(Double(kilohertz) * 1000, number, to: family)
      }
      guard let available = proc.sysLine("\(directory)/scaling_available_governors"),
        let current = proc.sysLine("\(directory)/scaling_governor")
      else { continue }
      for each in available.split(separator: " ") {
        buffer.add(each == current ? 1 : 0, number, String(each), to: governor)
      }
    }
  }
}
