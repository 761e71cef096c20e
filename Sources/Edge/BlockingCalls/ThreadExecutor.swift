import Glibc

/// A serial executor with a thread of its own, for actors whose methods block in C.
///
/// The cooperative pool has one thread per core: a single `poll(2)` there would hold up every task
/// of the program. An actor that names a `ThreadExecutor` as its `unownedExecutor` blocks nobody
/// but its own callers. The thread starts with the first job and ends with the executor.
package final class ThreadExecutor: SerialExecutor {
  private let queue: JobQueue

  /// Makes an executor; `name` is what `top -H` shows, of which Linux keeps 15 bytes.
  package init(name: String) {
    queue = JobQueue(name: name)
  }

  deinit {
    queue.stop()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // The queue holds the executor as long as a job does, so that an actor may die in its own job.
    queue.append { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }
}

/// The jobs of one thread, and the thread.
private final class JobQueue: Sendable {
  private let gate = ThreadGate<State>(State())
  private let name: String

  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var isStarted = false
    var isStopped = false
  }

  init(name: String) {
    self.name = name
  }

  func append(_ job: @escaping @Sendable () -> Void) {
    let mustStart = gate.withLock { state in
      state.jobs.append(job)
      defer { state.isStarted = true }
      return !state.isStarted
    }
    guard mustStart else { return gate.signal() }
    let started = DetachedThread.start(name: name) { [self] in run() }
    precondition(started, "no thread could be started for \(name)")
  }

  func stop() {
    gate.withLock { $0.isStopped = true }
    gate.signal()
  }

  private func run() {
    while let batch = next() {
      for job in batch { job() }
    }
  }

  private func next() -> [@Sendable () -> Void]? {
    gate.wait(until: nil) { state in
      guard state.jobs.isEmpty else {
        defer { state.jobs = [] }
        return .some(state.jobs)
      }
      return state.isStopped ? .some(nil) : nil
    } ?? nil
  }
}
