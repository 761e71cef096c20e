import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The clock rates of the processors, from sysfs.
struct CPUFrequencyCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()
  private var processors = ShownNames()
  private var drivers = NameList()

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  private static let base = "devices/system/cpu"
  private static let columns: [(file: String, name: String, help: String)] = [
    ("cpuinfo_cur_freq", "node_cpu_frequency_hertz", "Clock rate."),
    ("cpuinfo_avg_freq", "node_cpu_frequency_avg_hertz", "Clock rate over the last moments."),
    ("cpuinfo_min_freq", "node_cpu_frequency_min_hertz", "Lowest clock rate of the hardware."),
    ("cpuinfo_max_freq", "node_cpu_frequency_max_hertz", "Highest clock rate of the hardware."),
    ("scaling_cur_freq", "node_cpu_scaling_frequency_hertz", "Clock rate that is set."),
    ("scaling_min_freq", "node_cpu_scaling_frequency_min_hertz", "Lowest clock rate allowed."),
    ("scaling_max_freq", "node_cpu_scaling_frequency_max_hertz", "Highest clock rate allowed."),
  ]

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    let families = Self.columns.map {
      buffer.family($0.name, .gauge, $0.help, labels: ["cpu"])
    }
    let governor = buffer.family(
      "node_cpu_scaling_governor", .gauge, "1 for the rule that sets the clock rate.",
      labels: ["cpu", "governor"])
    _ = try files.lists(&list, Self.base)
    processors.update(list) { $0.number(after: "cpu") != nil }
    // A processor that is in use has the directory if the machine has a driver: one check suffices.
    var used = 0
    if files.reads(Self.base, "online") { used = Self.leadingNumber(files.text) }
    let first = processors.names.first { Int($0.dropFirst(3)) == used }
    guard let first, try files.lists(&drivers, Self.base, first, "cpufreq") else { return }
    for name in processors.names {
      let number = String(name.dropFirst(3))
      for (column, family) in zip(Self.columns, families) {
        guard let kilohertz = files.number(Self.base, name, "cpufreq", column.file) else {
          continue
        }
        buffer.add(kilohertz * 1000, number, to: family)
      }
      addGovernors(of: name, number, governor, to: &buffer)
    }
  }

  /// Adds a sample for each available governor.
  private mutating func addGovernors(
    of name: String, _ number: String, _ family: FamilyBuffer.FamilyID,
    to buffer: inout FamilyBuffer
  ) {
    // The kernel's names of governors are shorter than 16 bytes and need no heap allocation.
    guard let current = files.line(Self.base, name, "cpufreq", "scaling_governor"),
      files.reads(Self.base, name, "cpufreq", "scaling_available_governors")
    else { return }
    var words = ByteScanner(files.text, file: "scaling_available_governors")
    while let word = words.nextField() {
      buffer.beginSample()
      buffer.label(number)
      buffer.label(word)
      buffer.endSample(word.equals(current) ? 1 : 0, to: family)
    }
  }

  /// The first processor of a list such as `0-3,8`.
  private static func leadingNumber(_ list: Span<UInt8>) -> Int {
    var end = 0
    while end < list.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(list[end]) { end += 1 }
    return list.extracting(first: end).unsigned.flatMap { Int(exactly: $0) } ?? 0
  }
}
