/// A queue of jobs and the thread that runs them one after another.
///
/// The thread starts with the first job and ends once it is retired and the queue is empty. A later
/// job starts another thread.
final class JobThread: Sendable {
  typealias Job = @Sendable () -> Void

  private struct State: Sendable {
    var jobs: [Job] = []
    var hasThread = false
    var isRetired = false
  }

  private let name: String
  private let stackSize: Int?
  private let gate = ThreadGate(State())

  init(name: String, stackSize: Int?) {
    self.name = name
    self.stackSize = stackSize
  }

  /// Adds a job. Returns false if the system could not start a thread; the job stays in the queue.
  func append(_ job: @escaping Job) -> Bool {
    let needsThread = gate.withLock { state in
      state.jobs.append(job)
      return !state.hasThread
    }
    gate.signal()
    return needsThread ? start() : true
  }

  /// Starts the thread unless it runs. Returns false if the system could not start one.
  func start() -> Bool {
    let needsThread = gate.withLock { state in
      defer { state.hasThread = true }
      return !state.hasThread
    }
    guard needsThread else { return true }
    if DetachedThread.start(name: name, stackSize: stackSize, { [self] in run() }) { return true }
    gate.withLock { $0.hasThread = false }
    return false
  }

  /// Lets the thread end when the queue is empty.
  func retire() {
    gate.withLock { $0.isRetired = true }
    gate.signal()
  }

  /// Runs the jobs until the queue is empty and the thread is retired.
  func run() {
    while let jobs = next() {
      for job in jobs { job() }
    }
  }

  private func next() -> [Job]? {
    gate.wait(until: nil) { state -> [Job]?? in
      guard state.jobs.isEmpty else {
        defer { state.jobs = [] }
        return .some(state.jobs)
      }
      guard state.isRetired else { return nil }
      state.hasThread = false
      return .some(nil)
    } ?? nil
  }
}
