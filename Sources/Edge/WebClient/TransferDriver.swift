import CCurl
import Glibc
import Synchronization

/// One thread that runs all transfers of a libcurl multi handle.
///
/// Commands are queued under a lock and the thread is woken if it waits; everything else of libcurl happens on the thread. It also
/// runs the jobs of tasks that prefer it, see `TransferDriver+Executing.swift`.
@safe final class TransferDriver: Sendable {
  enum Command {
    case start(Transfer)
    case cancel(Transfer)
  }

  struct Queue {
    var commands: [Command] = []
    /// Pieces of the tasks that prefer this thread.
    var jobs: [UnownedJob] = []
    var alarms = AlarmList()
    var isStopping = false
    /// The multi handle is gone; nothing may touch it.
    var isClosed = false
    /// The thread waits and has to be woken; else it looks into the queue before it waits.
    var isWaiting = false
  }

  /// What the thread has taken out of the queue; the arrays change places with those of the queue, so that none is made anew.
  struct Work {
    var commands: [Command] = []
    var jobs: [UnownedJob] = []
    var alarms: [Alarm] = []
  }

  /// How long answers gather that are expected at once. A page that has come as a whole is read at one go; a thread that is woken
  /// for the first bytes is woken for the rest once more, and that costs a tenth of a scrape.
  static let gatheringMicroseconds: UInt32 = 1_000

  let queue = Mutex(Queue())
  private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

  /// Starts the thread; nil when there is no memory or no thread to have.
  static func start(maxIdleConnections: Int) -> TransferDriver? {
    _ = Curl.initialized
    guard let multi = unsafe curl_multi_init() else { return nil }
    unsafe tocsin_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, maxIdleConnections)
    let driver = unsafe TransferDriver(multi: multi)
    let context = unsafe Unmanaged.passRetained(driver)
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<TransferDriver>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      unsafe context.release()
      unsafe curl_multi_cleanup(multi)
      return nil
    }
    pthread_detach(thread)
    return driver
  }

  private init(multi: UnsafeMutableRawPointer) {
    unsafe self.multi = multi
  }

  /// Starts a transfer; after ``stop()`` it is finished at once as aborted.
  func start(_ transfer: Transfer) {
    if !enqueue(.start(transfer)) { transfer.finish(CURLE_ABORTED_BY_CALLBACK) }
  }

  /// Aborts a transfer if it still runs.
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

  /// Wakes the thread if it waits; under the lock, so that the handle cannot be closed meanwhile.
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

  /// Waits for the sockets, for the next alarm, or to be woken; not at all if something is to be done at once.
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

  /// Signals are for the main program, and a peer that closes a connection must not end it (SIGPIPE).
  private static func blockSignals() {
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
  }
}

extension TransferDriver {
  /// Runs one transfer to its end; a cancelled task aborts it.
  func run(_ transfer: Transfer) async -> TransferOutcome {
    await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        unsafe transfer.whenFinished(continuation)
        start(transfer)
        // A cancellation that came before the start found nothing to abort.
        if Task.isCancelled { cancel(transfer) }
      }
    } onCancel: {
      cancel(transfer)
    }
    return transfer.outcome()
  }
}
