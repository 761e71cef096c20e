/// A serial executor with a thread of its own, for actors whose methods block in C.
///
/// The cooperative pool has one thread per core: a single `poll(2)` there would hold up every task
/// of the program. An actor that names a `ThreadExecutor` as its `unownedExecutor` blocks nobody
/// but its own callers. The thread starts with the first job and ends with the executor.
package final class ThreadExecutor: SerialExecutor {
  private let name: String
  private let thread: JobThread

  /// Makes an executor; `name` is what `top -H` shows, of which Linux keeps 15 bytes.
  package init(name: String) {
    self.name = name
    thread = JobThread(name: name, stackSize: DetachedThread.smallStackSize)
  }

  deinit {
    thread.retire()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // The queue holds the executor as long as a job does, so that an actor may die in its own job.
    let hasThread = thread.append {
      unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
    }
    precondition(hasThread, "no thread could be started for \(name)")
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }
}
