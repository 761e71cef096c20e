import CollectorCore
import MetricModel
import Synchronization

/// Processor time by mode, from /proc/stat.
///
/// Times never go back, although the kernel's do at times; see `CPUTimesMemory`.
final class CPUCollector: Collector {
  private let proc: ProcRoot
  private let memory = Mutex(CPUTimesMemory())

  init(proc: ProcRoot) {
    self.proc = proc
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.read("stat")
    let readings = try Self.parse(file.span)
    let times = memory.withLock { $0.note(readings) }
    let seconds = buffer.family(
      "node_cpu_seconds_total", .counter, "Seconds the processors spent in each mode.",
      labels: ["cpu", "mode"])
    let guest = buffer.family(
      "node_cpu_guest_seconds_total", .counter,
      "Seconds the processors spent in guests of virtual machines, by mode; also part of user and nice.",
      labels: ["cpu", "mode"])
    for (cpu, ticks) in times {
      let name = String(cpu)
      for mode in CPUTimes.Mode.allCases {
        buffer.add(CPUTimes.seconds(ticks[mode]), name, mode.rawValue, to: seconds)
      }
      buffer.add(CPUTimes.seconds(ticks.guest), name, "user", to: guest)
      buffer.add(CPUTimes.seconds(ticks.guestNice), name, "nice", to: guest)
    }
    addOnline(to: &buffer)
  }

  /// Reads the `cpuN` lines; the sum of all processors is left out.
  static func parse(_ bytes: Span<UInt8>) throws(FormatError) -> [(cpu: Int, times: CPUTimes)] {
    var readings: [(cpu: Int, times: CPUTimes)] = []
    var lines = ByteScanner(bytes, file: "stat")
    while var line = lines.nextLine() {
      guard let name = line.nextField(), name.starts(with: "cpu") else { continue }
      let number = name.extracting(droppingFirst: 3)
      if number.isEmpty { continue }
      guard let cpu = number.unsigned, cpu < 1 << 20 else {
        throw line.error("\"\(name.excerpt)\" is no processor")
      }
      var times = CPUTimes()
      for (index, mode) in CPUTimes.Mode.allCases.enumerated() {
        // Kernels before 2.6.11 stop short of steal.
        if index >= 4, line.isAtEnd { break }
        times[mode] = try line.unsigned(mode.rawValue)
      }
      if !line.isAtEnd { times.guest = try line.unsigned("guest") }
      if !line.isAtEnd { times.guestNice = try line.unsigned("guest_nice") }
      readings.append((Int(cpu), times))
    }
    guard !readings.isEmpty else { throw FormatError(file: "stat", "no processor is listed") }
    return readings
  }

  private func addOnline(to buffer: inout FamilyBuffer) {
    guard let present = proc.sysLine("devices/system/cpu/present").flatMap(CPUList.parse),
      let online = proc.sysLine("devices/system/cpu/online").flatMap(CPUList.parse)
    else { return }
    buffer.family(
      "node_cpu_online", .gauge, "Whether the processor is in use.", labels: ["cpu"])
    let used = Set(online)
    for cpu in present { buffer.add(used.contains(cpu) ? 1 : 0, String(cpu)) }
  }
}

/// The kernel's lists of processors, such as `0-3,8`.
enum CPUList {
  /// Most processors of a list.
  static let limit = 8192

  /// The numbers of the list; nil if it does not read as one.
  static func parse(_ text: String) -> [Int]? {
    var numbers: [Int] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard let first = Int(ends[0]), let last = ends.count == 2 ? Int(ends[1]) : first,
        ends.count <= 2, 0 <= first, first <= last, last < limit
      else { return nil }
      numbers += Array(first...last)
    }
    return numbers
  }
}
