/// A serial executor with its own thread, for actors whose methods block in C.
///
/// The cooperative pool has one thread per core: a single `poll(2)` there would delay every task of
/// the program. An actor that names a `ThreadExecutor` as its `unownedExecutor` blocks only its own
/// callers. The thread starts with the first job and ends with the executor.
package final class ThreadExecutor: SerialExecutor {
  private let name: String
  private let thread: JobThread

  /// Makes an executor; `top -H` shows the first 15 bytes of `name`.
  package init(name: String) {
    self.name = name
    thread = JobThread(name: name, stackSize: DetachedThread.smallStackSize)
  }

  deinit {
    thread.retire()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // The queue retains the executor as long as a job does, so that a job may release its actor.
    let hasThread = thread.append {
      unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
    }
    precondition(hasThread, "no thread could be started for \(name)")
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }
}
