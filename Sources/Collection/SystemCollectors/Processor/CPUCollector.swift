import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Processor time by mode, from /proc/stat.
///
/// Exposed times never decrease, although the kernel's sometimes do; see `CPUTimesMemory`.
struct CPUCollector: RememberingCollector {
  private let path: String
  private let showsGuestTime: Bool
  private var information: ProcessorInformation?
  private var memory = CPUTimesMemory()
  private var table = ReadBuffer(capacity: 16384)
  private var files: SmallFiles
  private var present = CPUList()
  private var online = CPUList()
  private var isolated = CPUList()
  private var list = NameList()
  private var places = ProcessorPlaces()

  init(_ context: SystemContext) {
    path = context.proc.proc + "/stat"
    files = SmallFiles(root: context.proc.sys)
    showsGuestTime = context.showsGuestTime
    information = ProcessorInformation(context)
  }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try table.read(path: path)
    try table.checkEnd("stat")
    let times = memory.note(try Self.parse(table.span))
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
    try information?.add(to: &buffer)
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

  private mutating func addOnline(to buffer: inout FamilyBuffer) {
    guard present.reads(&files, "present"), online.reads(&files, "online") else { return }
    buffer.family(
      "node_cpu_online", .gauge, "Whether the processor is in use.", labels: ["cpu"])
    for cpu in present.numbers { buffer.add(online.contains(cpu) ? 1 : 0, String(cpu)) }
    guard isolated.reads(&files, "isolated") else { return }
    buffer.family(
      "node_cpu_isolated", .gauge, "1 for a processor kept free of other work.", labels: ["cpu"])
    for cpu in isolated.numbers { buffer.add(1, String(cpu)) }
  }

  /// Adds the counts of thermal throttling, once for each core and each package.
  private mutating func addThrottles(to buffer: inout FamilyBuffer) throws {
    let cores = buffer.family(
      "node_cpu_core_throttles_total", .counter, "Times the core was slowed down by heat.",
      labels: ["core", "package"])
    let packages = buffer.family(
      "node_cpu_package_throttles_total", .counter, "Times the package was slowed down by heat.",
      labels: ["package"])
    // The files of the first processor show whether the driver exists.
    let base = CPUList.place
    guard files.reads(base, "cpu0", "thermal_throttle", "core_throttle_count") else { return }
    _ = try files.lists(&list, base)
    places.update(list, &files)
    for place in places.all {
      if place.isFirstOfCore,
        let count = files.number(base, place.name, "thermal_throttle", "core_throttle_count")
      {
        buffer.add(count, place.core, place.package, to: cores)
      }
      if place.isFirstOfPackage,
        let count = files.number(base, place.name, "thermal_throttle", "package_throttle_count")
      {
        buffer.add(count, place.package, to: packages)
      }
    }
  }
}

/// The package and core of each processor, which do not change while it is present.
struct ProcessorPlaces: Sendable {
  struct Place: Sendable {
    let name, package, core: String
    let isFirstOfCore, isFirstOfPackage: Bool
  }

  private(set) var all: [Place] = []
  private var revision = 0

  /// Reads the places again if processors were added or removed.
  mutating func update(_ list: NameList, _ files: inout SmallFiles) {
    guard list.revision != revision else { return }
    revision = list.revision
    all = []
    var seen: Set<String> = []
    for name in list.names where name.number(after: "cpu") != nil {
      guard let package = files.line(CPUList.place, name, "topology", "physical_package_id"),
        let core = files.line(CPUList.place, name, "topology", "core_id")
      else { continue }
      all.append(
        Place(
          name: name, package: package, core: core,
          isFirstOfCore: seen.insert("\(package)/\(core)").inserted,
          isFirstOfPackage: seen.insert(package).inserted))
    }
  }
}

/// One of the kernel's lists of processors, such as `0-3,8`, parsed again only when it changes.
struct CPUList: Sendable {
  /// The maximum number of processors in a list.
  static let limit = 8192
  static let place = "devices/system/cpu"

  private(set) var numbers: [Int] = []
  private var members: Set<Int> = []
  private var raw: [UInt8] = [0]
  private var isValid = false

  func contains(_ number: Int) -> Bool { members.contains(number) }

  /// Reads the list. Returns false if it is absent or malformed.
  mutating func reads(_ files: inout SmallFiles, _ file: String) -> Bool {
    guard files.reads(Self.place, file) else { return false }
    let text = files.text
    if text.isSame(as: raw) { return isValid }
    raw = text.array
    let parsed = Self.parse(text.text)
    numbers = parsed ?? []
    members = Set(numbers)
    isValid = parsed != nil
    return isValid
  }

  /// The numbers of the list; nil if it is malformed.
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
