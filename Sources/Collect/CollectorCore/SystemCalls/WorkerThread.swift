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
    case end
  }

  private struct Queue {
    var jobs: [Job] = []
    var isRetired = false
  }

  private let queue = Mutex(Queue())
  private let signal = DispatchSemaphore(value: 0)

  /// Starts a thread. It lives until `retire`.
  package init() throws(SystemError) {
    try Self.startThread { [queueOwner = self] in queueOwner.work() }
  }

  /// Adds a piece of work. Work given to a retired thread is still done if the thread is free to.
  package func submit(_ body: @escaping @Sendable () -> Void) {
    push(.closure(body))
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    push(.task(UnownedJob(job)))
  }

  /// Lets the thread end after the jobs it has.
  package func retire() {
    push(.end)
  }

  private func push(_ job: Job) {
    queue.withLock { $0.jobs.append(job) }
    signal.signal()
  }

  private func work() {
    let executor = unsafe asUnownedTaskExecutor()
    while true {
      signal.wait()
      let job = queue.withLock { queue in queue.jobs.isEmpty ? nil : queue.jobs.removeFirst() }
      switch job {
      case .task(let job): unsafe job.runSynchronously(on: executor)
      case .closure(let body): body()
      case .end, nil: return
      }
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
