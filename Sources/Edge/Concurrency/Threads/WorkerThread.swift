/// A thread of our own that runs jobs one after another and may be left behind.
///
/// Code that may block in the kernel runs here rather than on the cooperative pool, which has as few
/// threads as the machine has processors. A thread whose job hangs is retired: it ends once the
/// kernel lets go of it and nothing is left to do.
package final class WorkerThread: TaskExecutor, Sendable {
  private let thread: JobThread

  /// Starts a thread, which lives until `retire`. `name` is what `top -H` shows, of which Linux keeps 15 bytes.
  ///
  /// - Throws: `.noThread`.
  package init(name: String) throws(BlockingCallError) {
    // The usual size: collectors of all kinds run here.
    thread = JobThread(name: name, stackSize: nil)
    guard thread.start() else { throw .noThread(name) }
  }

  /// Adds a piece of work.
  package func submit(_ body: @escaping @Sendable () -> Void) {
    push(body)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    push { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// Lets the thread end when it has nothing to do. A task that was left behind may go on long after that: then a thread is
  /// started for it, for a job of the runtime must never be lost.
  package func retire() {
    thread.retire()
  }

  private func push(_ body: @escaping @Sendable () -> Void) {
    if thread.append(body) { return }
    // Only a retired thread has to be started anew. Without one to be had, the common pool does the work.
    Task { [thread] in thread.run() }
  }
}
