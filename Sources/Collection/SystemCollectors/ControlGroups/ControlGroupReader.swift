import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Reads the files of one group after another. A file that the kernel does not provide gives no
/// sample; a malformed one is an error.
struct ControlGroupReader {
  private var file = ReadBuffer()

  private typealias Entry = (key: String, family: FamilyBuffer.FamilyID, divisor: Double)

  mutating func add(
    _ owner: ControlGroupName, _ directory: borrowing Directory, _ families: ControlGroupFamilies,
    to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    try addProcessor(owner, directory, families, to: &buffer)
    try addNumber("memory.current", owner, directory, families.memory, to: &buffer)
    try addNumber("memory.peak", owner, directory, families.memoryPeak, to: &buffer)
    try addNumber("memory.max", owner, directory, families.memoryLimit, to: &buffer)
    try addNumber("memory.swap.current", owner, directory, families.swap, to: &buffer)
    try addNumber("pids.current", owner, directory, families.processes, to: &buffer)
    try addNumber("pids.max", owner, directory, families.processLimit, to: &buffer)
    try addMemoryEvents(owner, directory, families, to: &buffer)
    try addDevices(owner, directory, families, to: &buffer)
    for resource in ["cpu", "memory", "io"] {
      try addPressure(resource, owner, directory, families, to: &buffer)
    }
  }

  private mutating func reads(_ name: String, _ directory: borrowing Directory) -> Bool {
    file.reads(name, in: directory)
  }

  /// Adds the number in a file; `max` means that there is no limit, and gives no sample.
  private mutating func addNumber(
    _ name: String, _ owner: ControlGroupName, _ directory: borrowing Directory,
    _ family: FamilyBuffer.FamilyID, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    guard reads(name, directory) else { return }
    let text = file.span.trimmed
    if text.equals("max") { return }
    guard let value = text.unsigned else {
      throw FormatError(file: name, line: 1, "\"\(text.excerpt)\" should be a whole number or max")
    }
    buffer.add(Double(value), owner.unit, owner.container, to: family)
  }

  /// Adds the values of lines such as `user_usec 5`.
  private mutating func addProcessor(
    _ owner: ControlGroupName, _ directory: borrowing Directory, _ families: ControlGroupFamilies,
    to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    guard reads("cpu.stat", directory) else { return }
    var lines = ByteScanner(file.span, file: "cpu.stat")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      let value = Double(try line.unsigned("the number"))
      if key.equals("user_usec") {
        buffer.add(value / 1e6, owner.unit, owner.container, "user", to: families.cpu)
      } else if key.equals("system_usec") {
        buffer.add(value / 1e6, owner.unit, owner.container, "system", to: families.cpu)
      } else if key.equals("nr_periods") {
        buffer.add(value, owner.unit, owner.container, to: families.periods)
      } else if key.equals("nr_throttled") {
        buffer.add(value, owner.unit, owner.container, to: families.throttledPeriods)
      } else if key.equals("throttled_usec") {
        buffer.add(value / 1e6, owner.unit, owner.container, to: families.throttledTime)
      }
    }
  }

  private mutating func addMemoryEvents(
    _ owner: ControlGroupName, _ directory: borrowing Directory, _ families: ControlGroupFamilies,
    to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    guard reads("memory.events", directory) else { return }
    var lines = ByteScanner(file.span, file: "memory.events")
    while var line = lines.nextLine() {
      guard let key = line.nextField(), key.equals("oom_kill") else { continue }
      let value = try line.unsigned("oom_kill")
      buffer.add(Double(value), owner.unit, owner.container, to: families.oomKills)
    }
  }

  /// Adds the values of lines such as `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`, one
  /// for each device.
  private mutating func addDevices(
    _ owner: ControlGroupName, _ directory: borrowing Directory, _ families: ControlGroupFamilies,
    to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    guard reads("io.stat", directory) else { return }
    var sums: (readBytes: UInt64, writtenBytes: UInt64, reads: UInt64, writes: UInt64) = (
      0, 0, 0, 0
    )
    var lines = ByteScanner(file.span, file: "io.stat")
    while var line = lines.nextLine() {
      guard line.skipField() else { continue }
      while let field = line.nextField() {
        // Some devices expose controller figures that are not numbers.
        guard let equals = field.firstIndex(of: "=") else { continue }
        let key = field.extracting(first: equals)
        let isOurs =
          key.equals("rbytes") || key.equals("wbytes") || key.equals("rios") || key.equals("wios")
        guard isOurs else { continue }
        guard let value = field.extracting(droppingFirst: equals + 1).unsigned else {
          throw line.error("\"\(field.excerpt)\" has no number")
        }
        if key.equals("rbytes") { sums.readBytes &+= value }
        if key.equals("wbytes") { sums.writtenBytes &+= value }
        if key.equals("rios") { sums.reads &+= value }
        if key.equals("wios") { sums.writes &+= value }
      }
    }
    let (unit, container) = (owner.unit, owner.container)
    buffer.add(Double(sums.readBytes), unit, container, "read", to: families.bytes)
    buffer.add(Double(sums.writtenBytes), unit, container, "write", to: families.bytes)
    buffer.add(Double(sums.reads), unit, container, "read", to: families.operations)
    buffer.add(Double(sums.writes), unit, container, "write", to: families.operations)
  }

  /// Adds the values of `some avg10=0.00 ... total=5` and `full ...`, in microseconds.
  private mutating func addPressure(
    _ resource: String, _ owner: ControlGroupName, _ directory: borrowing Directory,
    _ families: ControlGroupFamilies, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    let name = "\(resource).pressure"
    guard reads(name, directory) else { return }
    var lines = ByteScanner(file.span, file: name)
    while var line = lines.nextLine() {
      guard let share = line.nextField() else { continue }
      let kind = share.equals("full") ? "stalled" : "waiting"
      var total: UInt64?
      while let field = line.nextField() {
        if field.starts(with: "total=") { total = field.extracting(droppingFirst: 6).unsigned }
      }
      guard let total else { throw line.error("total= is missing or no number") }
      buffer.beginSample()
      buffer.label(owner.unit)
      buffer.label(owner.container)
      buffer.label(resource)
      buffer.label(kind)
      buffer.endSample(Double(total) / 1e6, to: families.pressure)
    }
  }
}
