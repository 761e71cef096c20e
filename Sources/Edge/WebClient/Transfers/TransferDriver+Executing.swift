import Synchronization

/// Runs tasks on the driver's thread: a task that waits for an alarm, sends a request and reads the
/// response does so without switching threads, which would cost more than a short response.
///
/// Jobs delay transfers while they run, so they must be short and must not block; they may only
/// `await`.
extension TransferDriver: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isTaken = queue.withLock { queue in
      if queue.isClosed { return false }
      queue.jobs.append(job)
      wake(&queue)
      return true
    }
    // The driver has ended, but its tasks must still complete.
    if !isTaken { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }

  /// Runs the jobs that are queued now and those whose alarm is due; called on the thread.
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

  /// Suspends the task on the driver's own timer; throws if the task is cancelled.
  ///
  /// It uses a continuation that the driver's thread resumes: the primitives of `Concurrency` would
  /// switch threads.
  func sleep(for duration: Duration) async throws {
    let number = queue.withLock { $0.alarms.takeNumber() }
    let deadline = ContinuousClock.now + duration
    let isDue = await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        // A cancellation before the alarm was inserted found none to remove.
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
    // Only a stopped driver resumes before the deadline.
    if !isDue { try await Task.sleep(until: deadline, clock: .continuous) }
  }

  /// Resumes all alarms and reschedules all jobs that the ended thread will not run.
  func finish(_ left: (alarms: [Alarm], jobs: [UnownedJob])) {
    for alarm in left.alarms { alarm.resume(isDue: false) }
    for job in left.jobs { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }
}

extension TransferDriver.Queue {
  /// Whether there is nothing to do at once.
  var isEmpty: Bool { commands.isEmpty && jobs.isEmpty && !isStopping }

  /// The number of milliseconds that the thread may sleep; nil if there is something to do first.
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

  /// Removes and returns all alarms and jobs.
  mutating func takeAll() -> (alarms: [Alarm], jobs: [UnownedJob]) {
    defer { jobs = [] }
    return (alarms.takeAll(), jobs)
  }
}
