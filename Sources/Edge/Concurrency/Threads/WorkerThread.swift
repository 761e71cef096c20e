/// A thread that runs jobs one after another and can be abandoned.
///
/// Code that may block in the kernel runs here rather than on the cooperative pool, which has one
/// thread per core. A thread whose job hangs is retired: it ends once the kernel returns and its
/// queue is empty.
package final class WorkerThread: TaskExecutor, Sendable {
  private let thread: JobThread

  /// Starts a thread, which lives until `retire`. `top -H` shows the first 15 bytes of `name`.
  ///
  /// - Throws: `.noThread`.
  package init(name: String) throws(BlockingCallError) {
    // The usual stack size, because collectors of all kinds run here.
    thread = JobThread(name: name, stackSize: nil)
    guard thread.start() else { throw .noThread(name) }
  }

  /// Adds a job.
  package func submit(_ body: @escaping @Sendable () -> Void) {
    push(body)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    push { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// Lets the thread end when its queue is empty. An abandoned task may continue long after that; a
  /// new thread starts for it then, because a job of the runtime must not be lost.
  package func retire() {
    thread.retire()
  }

  private func push(_ body: @escaping @Sendable () -> Void) {
    if thread.append(body) { return }
    // Only a retired thread is started anew. If the system cannot start one, the cooperative pool
    // runs the jobs.
    Task { [thread] in thread.run() }
  }
}
