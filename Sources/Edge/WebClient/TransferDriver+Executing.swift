import Synchronization

/// The driver's thread as the place where tasks run: one that waits for an alarm, sends a request and reads the answer does all of
/// it without a change of threads, which costs more than a short answer.
///
/// Jobs hold up transfers while they run, so they must be short and never wait for anything but by `await`.
extension TransferDriver: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isTaken = queue.withLock { queue in
      if queue.isClosed { return false }
      queue.jobs.append(job)
      wake(&queue)
      return true
    }
    // The thread is gone, and tasks must come to their end all the same.
    if !isTaken { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }

  /// Runs the jobs that wait now and those whose alarm is over; on the thread.
  func runJobs() {
    let now = ContinuousClock.now
    let due = queue.withLock { queue in
      queue.isWaiting = false
      return queue.alarms.takeDue(now)
    }
    for alarm in due { alarm.resume() }
    let jobs = queue.withLock { queue in
      defer { queue.jobs = [] }
      return queue.jobs
    }
    let executor = unsafe asUnownedTaskExecutor()
    for job in jobs { unsafe job.runSynchronously(on: executor) }
  }

  /// Waits on the driver's own clock; throws when the task is cancelled.
  func sleep(for duration: Duration) async throws {
    let number = queue.withLock { $0.alarms.takeNumber() }
    let deadline = ContinuousClock.now + duration
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // A cancellation that came before the alarm was set found none to end.
        let isSet = queue.withLock { queue in
          guard !queue.isStopping, !Task.isCancelled else { return false }
          let isFirst = queue.alarms.insert(Alarm(number, deadline, continuation))
          if isFirst { wake(&queue) }
          return true
        }
        if !isSet { continuation.resume() }
      }
    } onCancel: {
      queue.withLock { $0.alarms.remove(number) }?.resume()
    }
    try Task.checkCancellation()
    // Only a driver that was stopped lets go before the time.
    if ContinuousClock.now < deadline { try await Task.sleep(until: deadline, clock: .continuous) }
  }

  /// Gives everything back that the thread will not come to any more.
  func finish(_ left: (alarms: [Alarm], jobs: [UnownedJob])) {
    for alarm in left.alarms { alarm.resume() }
    for job in left.jobs { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }
}

extension TransferDriver.Queue {
  /// How many milliseconds the thread may wait; nil if something is to be done first.
  mutating func prepareToWait() -> Int32? {
    guard commands.isEmpty, jobs.isEmpty, !isStopping else { return nil }
    var wait: Int32 = 60_000
    if let first = alarms.first {
      let left = first - ContinuousClock.now
      if left <= .zero { return nil }
      if left < .seconds(60) { wait = Int32(left / .milliseconds(1)) + 1 }
    }
    isWaiting = true
    return wait
  }

  /// Takes out all alarms and jobs.
  mutating func takeAll() -> (alarms: [Alarm], jobs: [UnownedJob]) {
    defer { jobs = [] }
    return (alarms.takeAll(), jobs)
  }
}

/// A task that waits for a time.
struct Alarm: Sendable {
  let number: Int
  let deadline: ContinuousClock.Instant
  private let continuation: CheckedContinuation<Void, Never>

  init(
    _ number: Int, _ deadline: ContinuousClock.Instant,
    _ continuation: CheckedContinuation<Void, Never>
  ) {
    self.number = number
    self.deadline = deadline
    self.continuation = continuation
  }

  /// Ends the waiting; must be called once.
  func resume() { continuation.resume() }
}

/// Alarms in order, the earliest last.
struct AlarmList {
  private var alarms: [Alarm] = []
  private var lastNumber = 0

  /// The earliest deadline.
  var first: ContinuousClock.Instant? {
    alarms.isEmpty ? nil : alarms[alarms.count - 1].deadline
  }

  /// A number for the next alarm.
  mutating func takeNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  /// Sets an alarm; true if it is the earliest now.
  ///
  /// - Complexity: O(alarms), moves of some bytes each.
  mutating func insert(_ alarm: Alarm) -> Bool {
    var low = 0
    var high = alarms.count
    while low < high {
      let middle = (low + high) / 2
      if alarms[middle].deadline > alarm.deadline { low = middle + 1 } else { high = middle }
    }
    alarms.insert(alarm, at: low)
    return low == alarms.count - 1
  }

  /// Takes an alarm out; nil if it was taken out before.
  mutating func remove(_ number: Int) -> Alarm? {
    alarms.firstIndex { $0.number == number }.map { alarms.remove(at: $0) }
  }

  /// Takes out those whose time has come.
  mutating func takeDue(_ now: ContinuousClock.Instant) -> [Alarm] {
    var due: [Alarm] = []
    while let first, !(now < first) { due.append(alarms.removeLast()) }
    return due
  }

  /// Takes out all.
  mutating func takeAll() -> [Alarm] {
    defer { alarms = [] }
    return alarms
  }
}
