import Dispatch
private import Glibc
import Synchronization

/// A thread of our own that runs jobs one after another and may be left behind.
///
/// Code that may block in the kernel runs here rather than on the cooperative pool, which has as few
/// threads as the machine has processors. A thread whose job hangs is retired: it takes no further
/// jobs and ends once the kernel lets go of it.
package final class WorkerThread: TaskExecutor, Sendable {
  private enum Job: Sendable {
    case task(UnownedJob)
    case closure(@Sendable () -> Void)
  }

  private struct Queue {
    var jobs: [Job] = []
    var isRetired = false
    var hasThread = true
  }

  private let queue = Mutex(Queue())
  private let signal = DispatchSemaphore(value: 0)

  /// Starts a thread. It lives until `retire`.
  package init() throws(SystemError) {
    try Self.startThread { [self] in work() }
  }

  /// Adds a piece of work.
  package func submit(_ body: @escaping @Sendable () -> Void) {
    push(.closure(body))
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    push(.task(UnownedJob(job)))
  }

  /// Lets the thread end when it has nothing to do.
  package func retire() {
    queue.withLock { $0.isRetired = true }
    signal.signal()
  }

  /// Adds a job. A task that was left behind may go on long after its thread has ended: then a thread
  /// is started for it, for a job of the runtime must never be lost.
  private func push(_ job: Job) {
    let needsThread = queue.withLock { queue in
      queue.jobs.append(job)
      defer { queue.hasThread = true }
      return !queue.hasThread
    }
    signal.signal()
    guard needsThread else { return }
    // Without threads to be had, a task of the common pool does the work.
    if (try? Self.startThread { [self] in work() }) == nil { Task { self.work() } }
  }

  private func work() {
    let executor = unsafe asUnownedTaskExecutor()
    while true {
      signal.wait()
      let (job, isOver) = queue.withLock { queue -> (Job?, Bool) in
        if !queue.jobs.isEmpty { return (queue.jobs.removeFirst(), false) }
        if queue.isRetired { queue.hasThread = false }
        return (nil, queue.isRetired)
      }
      switch job {
      case .task(let job): unsafe job.runSynchronously(on: executor)
      case .closure(let body): body()
      case nil: if isOver { return }
      }
      if queue.withLock({ $0.isRetired && $0.jobs.isEmpty }) { signal.signal() }
    }
  }

  private final class Entry {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static func startThread(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
    var thread = pthread_t()
    let entry = unsafe Unmanaged.passRetained(Entry(body))
    let status = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<Entry>.fromOpaque(raw).takeRetainedValue().body()
        return nil
      }, entry.toOpaque())
    guard status == 0 else {
      unsafe entry.release()
      throw SystemError(call: "pthread_create", code: status)
    }
    pthread_detach(thread)
  }
}
