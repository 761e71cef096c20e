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
  func runJobs(_ work: inout Work) {
    let now = ContinuousClock.now
    queue.withLock { queue in
      queue.isWaiting = false
      queue.alarms.takeDue(now, into: &work.alarms)
    }
    for alarm in work.alarms { alarm.resume(isDue: true) }
    work.alarms.removeAll(keepingCapacity: true)
    queue.withLock { swap(&$0.jobs, &work.jobs) }
    let executor = unsafe asUnownedTaskExecutor()
    for job in work.jobs { unsafe job.runSynchronously(on: executor) }
    work.jobs.removeAll(keepingCapacity: true)
  }

  /// Waits on the driver's own clock; throws when the task is cancelled.
  func sleep(for duration: Duration) async throws {
    let number = queue.withLock { $0.alarms.takeNumber() }
    let deadline = ContinuousClock.now + duration
    let isDue = await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        // A cancellation that came before the alarm was set found none to end.
        let isSet = queue.withLock { queue in
          guard !queue.isStopping, !Task.isCancelled else { return false }
          let isFirst = unsafe queue.alarms.insert(Alarm(number, deadline, continuation))
          if isFirst { wake(&queue) }
          return true
        }
        if !isSet { unsafe continuation.resume(returning: false) }
      }
    } onCancel: {
      queue.withLock { $0.alarms.remove(number) }?.resume(isDue: false)
    }
    try Task.checkCancellation()
    // Only a driver that was stopped lets go before the time.
    if !isDue { try await Task.sleep(until: deadline, clock: .continuous) }
  }

  /// Gives everything back that the thread will not come to any more.
  func finish(_ left: (alarms: [Alarm], jobs: [UnownedJob])) {
    for alarm in left.alarms { alarm.resume(isDue: false) }
    for job in left.jobs { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }
}

extension TransferDriver.Queue {
  /// Whether nothing is to be done at once.
  var isEmpty: Bool { commands.isEmpty && jobs.isEmpty && !isStopping }

  /// How many milliseconds the thread may wait; nil if something is to be done first.
  mutating func prepareToWait() -> Int32? {
    guard isEmpty else { return nil }
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
