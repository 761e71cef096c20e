import SystemAccess
import CollectorCore

/// Samples the proportional memory of processes: as many of them in a scrape as its time allows, in
/// turn, those without a sample first. Earlier samples remain until they are renewed.
///
/// The kernel walks all mappings of a process for this and blocks changes to them meanwhile:
/// milliseconds for one with large shared memory.
struct ProportionalSampler: Sendable {
  /// The outcome of reading a process's memory.
  enum Reading {
    case memory(ProportionalMemory)
    /// The process has ended.
    case gone
    /// Not permitted, or malformed.
    case unreadable
  }

  private struct Sample {
    var startTicks: UInt64
    /// Nil if it could not be read.
    var memory: ProportionalMemory?
    var scrape: UInt64
  }

  private let budget: Duration
  private let now: @Sendable () -> Int64
  private var samples: [Int32: Sample] = [:]
  /// The indices of the processes to be sampled in one scrape.
  private var wanted: [Int] = []
  private var last: Int32 = 0

  /// `now` returns nanoseconds of a monotonic clock.
  init(budget: Duration, now: @escaping @Sendable () -> Int64 = { HostClock.monotonicNanoseconds })
  {
    self.budget = budget
    self.now = now
  }

  /// Samples the processes that belong to a group. One without memory of its own, such as a kernel
  /// thread, has none to share either.
  mutating func sample(
    _ processes: inout [ProcessReading], groups: [Int?], scrape: UInt64,
    read: (Int32) -> Reading
  ) {
    let (seconds, attoseconds) = budget.components
    let deadline = now() + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    wanted.removeAll(keepingCapacity: true)
    for index in processes.indices where groups[index] != nil {
      if processes[index].virtualBytes > 0 {
        wanted.append(index)
      } else {
        processes[index].proportional = ProportionalMemory()
      }
    }
    for index in wanted where sample(processes[index]) == nil {
      guard now() < deadline else { break }
      take(processes[index], scrape: scrape, read)
    }
    let turn = wanted.firstIndex { processes[$0].pid > last } ?? 0
    for offset in wanted.indices {
      guard now() < deadline else { break }
      let process = processes[wanted[(turn + offset) % wanted.count]]
      last = process.pid
      if sample(process)?.scrape != scrape { take(process, scrape: scrape, read) }
    }
    for index in wanted {
      let sample = sample(processes[index])
      processes[index].proportional = sample?.memory
      processes[index].awaitsSample = sample == nil
    }
    if samples.count > 2 * wanted.count + 64 {
      let living = Set(wanted.map { processes[$0].pid })
      samples = samples.filter { living.contains($0.key) }
    }
  }

  private func sample(_ process: ProcessReading) -> Sample? {
    guard let sample = samples[process.pid], sample.startTicks == process.startTicks else {
      return nil
    }
    return sample
  }

  private mutating func take(
    _ process: ProcessReading, scrape: UInt64, _ read: (Int32) -> Reading
  ) {
    let memory: ProportionalMemory? =
      switch read(process.pid) {
      case .memory(let memory): memory
      case .gone, .unreadable: nil
      }
    samples[process.pid] = Sample(
      startTicks: process.startTicks, memory: memory, scrape: scrape)
  }
}
