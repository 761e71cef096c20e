import CollectorCore

/// Samples the memory of processes by shares: as many of them in a scrape as its time allows, in turn,
/// those without a sample first. What was sampled earlier stands until its turn comes again.
///
/// The kernel walks all mappings of a process for this and holds up its own work on them meanwhile:
/// milliseconds for one with large shared memory.
struct ProportionalSampler: Sendable {
  private struct Sample {
    var startTicks: UInt64
    var memory: ProportionalMemory
    var scrape: UInt64
  }

  private let budget: Duration
  private let now: @Sendable () -> Int64
  private var samples: [Int32: Sample] = [:]
  private var last: Int32 = 0

  /// `now` gives nanoseconds of a clock that never stands still.
  init(budget: Duration, now: @escaping @Sendable () -> Int64 = { HostClock.monotonicNanoseconds })
  {
    self.budget = budget
    self.now = now
  }

  /// Fills in the samples of the processes that belong to a group.
  mutating func sample(
    _ processes: inout [ProcessReading], groups: [Int?], scrape: UInt64,
    read: (Int32) -> ProportionalMemory?
  ) {
    let (seconds, attoseconds) = budget.components
    let deadline = now() + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    let wanted = processes.indices.filter { groups[$0] != nil && processes[$0].virtualBytes > 0 }
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
    for index in wanted { processes[index].proportional = sample(processes[index])?.memory }
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
    _ process: ProcessReading, scrape: UInt64, _ read: (Int32) -> ProportionalMemory?
  ) {
    guard let memory = read(process.pid) else { return }
    samples[process.pid] = Sample(
      startTicks: process.startTicks, memory: memory, scrape: scrape)
  }
}
