import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The families of a process group in a buffer.
struct ProcessFamilies {
  private typealias ID = FamilyBuffer.FamilyID

  private let processes, threads, cpu, read, written: ID
  private let minorFaults, majorFaults, switches, memory: ID
  private let openFiles, worstRatio, oldestStart, states, restarts: ID
  private let waiting: ID?
  private let named: ThreadFamilies?
  private let showsShares: Bool

  private static let group = ["groupname"]
  private static let cpuLabels = ["groupname", "mode"]
  private static let switchLabels = ["groupname", "ctxswitchtype"]
  private static let memoryLabels = ["groupname", "memtype"]
  private static let channelLabels = ["groupname", "wchan"]
  private static let stateLabels = ["groupname", "state"]

  init(in buffer: inout FamilyBuffer, options: ProcessOptions) {
    func gauge(_ name: String, _ help: String, _ labels: [String] = Self.group) -> ID {
      buffer.family("namedprocess_namegroup_\(name)", .gauge, help, labels: labels)
    }
    func counter(_ name: String, _ help: String, _ labels: [String] = Self.group) -> ID {
      buffer.family("namedprocess_namegroup_\(name)", .counter, help, labels: labels)
    }
    processes = gauge("num_procs", "Processes of the group.")
    threads = gauge("num_threads", "Threads of the group.")
    cpu = counter("cpu_seconds_total", "Processor time used, by mode.", Self.cpuLabels)
    read = counter("read_bytes_total", "Bytes read from disks.")
    written = counter("write_bytes_total", "Bytes written to disks.")
    minorFaults = counter("minor_page_faults_total", "Page faults that needed no disk.")
    majorFaults = counter("major_page_faults_total", "Page faults that waited for a disk.")
    switches = counter("context_switches_total", "Switches of context.", Self.switchLabels)
    memory = gauge("memory_bytes", "Memory in use, by kind.", Self.memoryLabels)
    openFiles = gauge("open_filedesc", "Open file descriptors.")
    worstRatio = gauge(
      "worst_fd_ratio", "Open file descriptors over their limit, of the process that is nearest.")
    oldestStart = gauge(
      "oldest_start_time_seconds", "When the oldest process of the group began, in Unix time.")
    states = gauge("states", "Threads of the group by state.", Self.stateLabels)
    waiting =
      options.readsThreads
      ? gauge(
        "threads_wchan", "Threads by the place in the kernel where they wait.", Self.channelLabels)
      : nil
    restarts = buffer.family(
      "tocsin_process_group_restarts_total", .counter,
      "Times that the oldest process of the group gave way to a younger one.", labels: Self.group)
    named = options.readsThreads ? ThreadFamilies(in: &buffer) : nil
    showsShares = options.readsProportionalMemory
  }

  /// Adds the samples of one group. A value that no member's files provide is left out.
  func add(_ group: ProcessGroup, bootTime: UInt64, to buffer: inout FamilyBuffer) {
    let name = group.name
    let isEmpty = group.processes == 0
    buffer.add(Double(group.processes), name, to: processes)
    buffer.add(Double(group.threads), name, to: threads)
    buffer.add(Double(group.counters.userTicks) / 100, name, "user", to: cpu)
    buffer.add(Double(group.counters.systemTicks) / 100, name, "system", to: cpu)
    if group.hasTraffic {
      buffer.add(Double(group.traffic.read), name, to: read)
      buffer.add(Double(group.traffic.written), name, to: written)
    }
    buffer.add(Double(group.counters.minorFaults), name, to: minorFaults)
    buffer.add(Double(group.counters.majorFaults), name, to: majorFaults)
    buffer.add(Double(group.voluntarySwitches), name, "voluntary", to: switches)
    buffer.add(Double(group.involuntarySwitches), name, "nonvoluntary", to: switches)
    let resident = group.residentPages &* HostFacts.pageSize
    buffer.add(Double(resident), name, "resident", to: memory)
    buffer.add(Double(group.virtualBytes), name, "virtual", to: memory)
    if let swapped = group.swappedBytes ?? (isEmpty ? 0 : nil) {
      buffer.add(Double(swapped), name, "swapped", to: memory)
    }
    if let shares = group.proportional ?? (isEmpty && showsShares ? ProportionalMemory() : nil),
      !group.awaitsSamples
    {
      buffer.add(Double(shares.residentBytes), name, "proportionalResident", to: memory)
      buffer.add(Double(shares.swappedBytes), name, "proportionalSwapped", to: memory)
    }
    if group.hasOpenFiles || isEmpty {
      buffer.add(Double(group.openFiles), name, to: openFiles)
    }
    if let ratio = group.worstFileRatio ?? (isEmpty ? 0 : nil) {
      buffer.add(ratio, name, to: worstRatio)
    }
    if let ticks = group.oldestStartTicks {
      // Whole ticks in hundredths of a second, so that the sum is rounded once.
      buffer.add(Double(bootTime * 100 + ticks) / 100, name, to: oldestStart)
    }
    for state in ThreadState.allCases {
      buffer.add(Double(group.states[state.rawValue]), name, state.label, to: states)
    }
    buffer.add(Double(group.restarts), name, to: restarts)
  }

  /// Adds the wait channels of a group's threads, as far as they are known.
  func addWaiting(_ group: ProcessGroup, channels: [String], to buffer: inout FamilyBuffer) {
    guard let waiting, !group.waiting.isEmpty else { return }
    for (number, name) in channels.enumerated() {
      guard let count = group.waiting[UInt16(number)] else { continue }
      buffer.add(Double(count), group.name, name, to: waiting)
    }
  }

  /// Adds the threads of a group by name.
  func addThreads(_ group: ProcessGroup, to buffer: inout FamilyBuffer) {
    guard let named else { return }
    for thread in group.threadTable.groups { named.add(thread, of: group.name, to: &buffer) }
  }

  /// A port that processes of a group listen on.
  struct Listener: Hashable, Sendable {
    var group: String
    var port: UInt16
    var protocolName: String
    var sockets: Int
  }

  /// Adds the ports that groups listen on.
  static func add(_ listeners: [Listener], to buffer: inout FamilyBuffer) {
    buffer.family(
      "tocsin_process_group_listening_sockets", .gauge,
      "Sockets of the group that listen on a port.", labels: listenerLabels)
    for each in listeners {
      buffer.add(Double(each.sockets), each.group, each.protocolName, String(each.port))
    }
  }

  private static let listenerLabels = ["groupname", "protocol", "port"]
}
