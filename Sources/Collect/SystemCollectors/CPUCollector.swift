import CollectorCore
import MetricModel
import Synchronization

/// Processor time by mode, from /proc/stat.
///
/// Times never go back, although the kernel's do at times; see `CPUTimesMemory`.
final class CPUCollector: Collector {
  private let proc: ProcRoot
  private let showsGuestTime: Bool
  private let memory = Mutex(CPUTimesMemory())

  init(_ context: SystemContext) {
    proc = context.proc
    showsGuestTime = context.showsGuestTime
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
      guard showsGuestTime else { continue }
      buffer.add(CPUTimes.seconds(ticks.guest), name, "user", to: guest)
      buffer.add(CPUTimes.seconds(ticks.guestNice), name, "nice", to: guest)
    }
    addOnline(to: &buffer)
    try addThrottles(to: &buffer)
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
    guard let isolated = proc.sysLine("devices/system/cpu/isolated").flatMap(CPUList.parse) else {
      return
    }
    buffer.family(
      "node_cpu_isolated", .gauge, "1 for a processor kept free of other work.", labels: ["cpu"])
    for cpu in isolated { buffer.add(1, String(cpu)) }
  }

  /// Times that the processor was slowed down because of heat; once for each core and each package.
  private func addThrottles(to buffer: inout FamilyBuffer) throws {
    let base = "devices/system/cpu"
    let cores = buffer.family(
      "node_cpu_core_throttles_total", .counter, "Times the core was slowed down by heat.",
      labels: ["core", "package"])
    let packages = buffer.family(
      "node_cpu_package_throttles_total", .counter, "Times the package was slowed down by heat.",
      labels: ["package"])
    // The first processor tells whether the driver is there at all.
    guard proc.sysNumber("\(base)/cpu0/thermal_throttle/core_throttle_count") != nil else { return }
    var seen: Set<String> = []
    for name in try proc.sysNames(base) where name.number(after: "cpu") != nil {
      let place = "\(base)/\(name)"
      guard let package = proc.sysLine("\(place)/topology/physical_package_id"),
        let core = proc.sysLine("\(place)/topology/core_id")
      else { continue }
      if seen.insert("\(package)/\(core)").inserted,
        let count = proc.sysNumber("\(place)/thermal_throttle/core_throttle_count")
      {
        buffer.add(count, core, package, to: cores)
      }
      if seen.insert(package).inserted,
        let count = proc.sysNumber("\(place)/thermal_throttle/package_throttle_count")
      {
        buffer.add(count, package, to: packages)
      }
    }
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
