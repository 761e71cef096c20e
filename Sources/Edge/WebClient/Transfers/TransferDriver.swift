import CCurl
private import Concurrency
import Glibc
import Synchronization

/// A thread that runs all transfers of one libcurl multi handle.
///
/// Commands are queued under a lock, and the thread is woken if it sleeps; all other calls of
/// libcurl happen on the thread. It also runs the jobs of tasks that prefer it, see
/// `TransferDriver+Executing.swift`.
@safe final class TransferDriver: Sendable {
  enum Command {
    case start(Transfer)
    case cancel(Transfer)
  }

  struct Queue {
    var commands: [Command] = []
    /// Jobs of the tasks that prefer this thread.
    var jobs: [UnownedJob] = []
    var alarms = AlarmList()
    var isStopping = false
    /// Whether the multi handle is freed and must not be used.
    var isClosed = false
    /// Whether the thread sleeps and must be woken; otherwise it checks the queue before it sleeps.
    var isWaiting = false
  }

  /// The items that the thread has taken out of the queue; the arrays are swapped with those of the
  /// queue, so that their memory is reused.
  struct Work {
    var commands: [Command] = []
    var jobs: [UnownedJob] = []
    var alarms: [Alarm] = []
  }

  /// How long the driver lets quick responses accumulate, in microseconds.
  ///
  /// A response that has arrived completely is read at once; a thread that is woken for its first
  /// bytes is woken again for the rest, which costs a tenth of a scrape.
  static let gatheringMicroseconds: UInt32 = 1_000

  let queue = Mutex(Queue())
  private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

  /// Starts the thread; returns nil if memory or threads are exhausted.
  static func start(maxIdleConnections: Int) -> TransferDriver? {
    _ = Curl.initialized
    guard let multi = unsafe curl_multi_init() else { return nil }
    unsafe tocsin_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, maxIdleConnections)
    let driver = unsafe TransferDriver(multi: multi)
    // Arbitrary tasks run on the thread, so its stack has the default size.
    guard DetachedThread.start(name: "http-client", stackSize: nil, { driver.run() }) else {
      unsafe curl_multi_cleanup(multi)
      return nil
    }
    return driver
  }

  private init(multi: UnsafeMutableRawPointer) {
    unsafe self.multi = multi
  }

  /// Starts a transfer; after ``stop()`` it finishes at once as aborted.
  func start(_ transfer: Transfer) {
    if !enqueue(.start(transfer)) { transfer.finish(CURLE_ABORTED_BY_CALLBACK) }
  }

  /// Aborts a transfer if it is still running.
  func cancel(_ transfer: Transfer) {
    _ = enqueue(.cancel(transfer))
  }

  /// Aborts all transfers and ends the thread.
  func stop() {
    queue.withLock { queue in
      queue.isStopping = true
      wake(&queue)
    }
  }

  /// Wakes the thread if it sleeps; called under the lock, so that the handle is not freed
  /// meanwhile.
  func wake(_ queue: inout Queue) {
    guard queue.isWaiting, !queue.isClosed else { return }
    queue.isWaiting = false
    unsafe curl_multi_wakeup(multi)
  }

  private func enqueue(_ command: Command) -> Bool {
    queue.withLock { queue in
      guard !queue.isStopping else { return false }
      queue.commands.append(command)
      wake(&queue)
      return true
    }
  }

  // MARK: - The thread

  private func run() {
    Self.blockSignals()
    var running = RunningTransfers()
    var work = Work()
    while true {
      runJobs(&work)
      let isStopping = queue.withLock { queue in
        swap(&queue.commands, &work.commands)
        return queue.isStopping
      }
      for command in work.commands { perform(command, &running) }
      work.commands.removeAll(keepingCapacity: true)
      if isStopping { break }
      if !running.isEmpty {
        var active: Int32 = 0
        unsafe curl_multi_perform(multi, &active)
        finishDone(&running)
      }
      wait(&running)
    }
    for transfer in running.transfers { abort(transfer) }
    let left = queue.withLock { queue in
      queue.isClosed = true
      unsafe curl_multi_cleanup(multi)
      return queue.takeAll()
    }
    finish(left)
  }

  /// Sleeps until a socket is ready, the next alarm is due, or the thread is woken; returns at once
  /// if there is something to do.
  private func wait(_ running: inout RunningTransfers) {
    guard queue.withLock({ $0.isEmpty }) else { return }
    if running.takeGathering() {
      usleep(Self.gatheringMicroseconds)
    } else if let wait = queue.withLock({ $0.prepareToWait() }) {
      unsafe curl_multi_poll(multi, nil, 0, wait, nil)
    }
  }

  private func perform(_ command: Command, _ running: inout RunningTransfers) {
    switch command {
    case .start(let transfer):
      let code = unsafe transfer.add(to: multi)
      if code == CURLE_OK { running.insert(transfer) } else { transfer.finish(code) }
    case .cancel(let transfer):
      if running.remove(transfer.address) != nil { abort(transfer) }
    }
  }

  private func abort(_ transfer: Transfer) {
    unsafe transfer.remove(from: multi)
    transfer.finish(CURLE_ABORTED_BY_CALLBACK)
  }

  private func finishDone(_ running: inout RunningTransfers) {
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(multi, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      let code = unsafe tocsin_curl_result(message)
      let address = unsafe UInt(bitPattern: message.pointee.easy_handle)
      guard let transfer = running.remove(address) else { continue }
      unsafe transfer.remove(from: multi)
      transfer.finish(code)
    }
  }

  /// Blocks all signals: the main program handles them, and a server that closes a connection must
  /// not end the process (SIGPIPE).
  private static func blockSignals() {
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
  }
}

extension TransferDriver {
  /// Runs one transfer to its end; cancelling the task aborts it. The continuation bridges the
  /// callback of libcurl's thread.
  func run(_ transfer: Transfer) async -> TransferOutcome {
    await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        unsafe transfer.whenFinished(continuation)
        start(transfer)
        // A cancellation before the start found nothing to abort.
        if Task.isCancelled { cancel(transfer) }
      }
    } onCancel: {
      cancel(transfer)
    }
    return transfer.outcome()
  }
}
