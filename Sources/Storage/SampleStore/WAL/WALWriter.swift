import Concurrency
import SQLiteStorage
import StorageAPI
import Synchronization

/// Writes WAL records and chunks in the order given; all that are pending at a time go into one
/// transaction.
///
/// While the database cannot be written, pending writes stay in memory, up to a bound, and are
/// retried at each flush; callers do not wait for it, so that alerting continues.
final class WALWriter: Sendable {
  /// The most bytes in one transaction: about 12 ms, so that a batch does not wait long behind many
  /// chunks, and retrying on a full disk stays cheap.
  static let maximumTransactionBytes = 256 << 10
  /// The pending bytes above which even callers that need no commit wait.
  static let crowdedBytes = 4 << 20
  /// The longest time that a caller that needs no commit is slowed down by a crowded backlog.
  static let longestSlowdown: Duration = .seconds(1)

  /// The state of writing.
  struct Status {
    var pendingBatches = 0
    var pendingBytes = 0
    var writeErrors = 0
    var batchesGivenUp = 0
    var chunksGivenUp = 0
    /// The number of the last chunk whose memory may be freed.
    var chunksThrough: Int64 = 0
    /// Why the last attempt failed; `nil` if it succeeded.
    var failure: StorageError?
  }

  /// One transaction.
  private struct Turn: Sendable {
    let slice: WriteBacklog.Slice
    /// The tickets up to which everything, and up to which all batches, are written after it.
    let ticket: Int
    let batchTicket: Int

    /// The writes, with batches joined to records.
    var joinedWrites: WALWrites {
      var writes = slice.writes
      writes.rows = WALRecord.joining(writes.rows)
      return writes
    }
  }

  /// A caller that waits until everything up to a ticket is written.
  private struct Waiter {
    let ticket: Int
    /// Whether it waits for chunks, too, or only for batches, which contain the samples of those
    /// chunks as well.
    let needsChunks: Bool
    let isDone = Promise<Void>()
  }

  private struct State {
    var backlog = WriteBacklog()
    var status = Status()
    var isWriting = false
    /// Whether `flushSoon` is waiting already.
    var isScheduled = false
    /// Whether a caller has waited in vain for `longestSlowdown`, and nothing was written since.
    var isHanging = false
    /// The last ticket, and up to where everything is written.
    var added = 0
    var written = 0
    var batchesWritten = 0
    var waiters: [Waiter] = []
    var givenUpBeforeFailure = 0

    /// Takes the next transaction, with the ticket that it completes.
    mutating func takeTurn() -> Turn {
      let slice = backlog.takeSlice(WALWriter.maximumTransactionBytes)
      return Turn(
        slice: slice, ticket: backlog.isEmpty ? added : written,
        batchTicket: backlog.hasBatches ? batchesWritten : added)
    }

    /// Removes and returns the waiters whose writes are done.
    mutating func takeDone() -> [Promise<Void>] {
      func isDone(_ waiter: Waiter) -> Bool {
        waiter.ticket <= (waiter.needsChunks ? written : batchesWritten)
      }
      defer { waiters.removeAll(where: isDone) }
      return waiters.filter(isDone).map(\.isDone)
    }

    /// Notes an error; returns `true` if it is the first one since the last success.
    mutating func fail(_ error: StorageError) -> Bool {
      defer { status.failure = error }
      status.writeErrors += 1
      if status.failure != nil { return false }
      givenUpBeforeFailure = status.batchesGivenUp
      return true
    }
  }

  private let database: SampleDatabase
  private let maximumPendingBytes: Int
  private let report: @Sendable (StorageEvent) -> Void
  private let state = Mutex(State())

  init(
    database: SampleDatabase, maximumPendingBytes: Int,
    report: @escaping @Sendable (StorageEvent) -> Void
  ) {
    self.database = database
    self.maximumPendingBytes = maximumPendingBytes
    self.report = report
  }

  /// The current status of the writing.
  var status: Status {
    state.withLock { state in
      var status = state.status
      status.pendingBatches = state.backlog.rowCount
      status.pendingBytes = state.backlog.byteCount
      return status
    }
  }

  /// Adds writes for the next flush, after those added before.
  func add(_ writes: WALWrites) {
    if writes.isEmpty { return }
    state.withLock { state in
      state.added += 1
      state.backlog.append(writes)
      guard state.backlog.byteCount > maximumPendingBytes else { return }
      let givenUp = state.backlog.shrink(to: maximumPendingBytes)
      state.status.batchesGivenUp += givenUp.batches
      state.status.chunksGivenUp += givenUp.chunks
      state.status.chunksThrough = max(state.status.chunksThrough, givenUp.chunksThrough)
    }
  }

  /// Returns when everything added before is committed, or when an attempt has failed.
  func flush() async { await flush(needsChunks: true) }

  /// Returns when the batches added before are committed, or when an attempt has failed.
  func flushBatches() async { await flush(needsChunks: false) }

  /// Applies back-pressure: suspends while more than `crowdedBytes` are pending.
  func flushIfCrowded() async {
    if state.withLock({ $0.backlog.byteCount > Self.crowdedBytes }) { await flush() }
  }

  private func flush(needsChunks: Bool) async {
    // Also in a task that was cancelled: each attempt has an end of its own.
    await beginFlush(needsChunks: needsChunks)?.value
  }

  /// Starts writing if nothing is being written. Returns what is fulfilled when everything added
  /// before is committed, or when an attempt has failed; `nil` if that is so already.
  private func beginFlush(needsChunks: Bool) -> Promise<Void>? {
    let (waiter, next): (Waiter?, Turn?) = state.withLock { state in
      guard (needsChunks ? state.written : state.batchesWritten) < state.added else {
        return (nil, nil)
      }
      let waiter = Waiter(ticket: state.added, needsChunks: needsChunks)
      state.waiters.append(waiter)
      if state.isWriting { return (waiter, nil) }
      state.isWriting = true
      return (waiter, state.takeTurn())
    }
    if let next { write(next) }
    return waiter?.isDone
  }

  /// Slows down whoever appends faster than the disk writes; a disk that hangs slows nobody down
  /// for longer than `longestSlowdown`, and then no more until it has written something.
  private func slowDown() async {
    if state.withLock({ $0.isHanging }) { return }
    guard let isDone = beginFlush(needsChunks: false) else { return }
    await withDeadline(after: Self.longestSlowdown) { _ = await isDone.valueUnlessCancelled() }
    if !isDone.isFulfilled, !Task.isCancelled { state.withLock { $0.isHanging = true } }
  }

  /// Schedules a commit of everything added before, after a delay and together with what arrives
  /// meanwhile.
  ///
  /// Returns at once, unless so much is pending that the disk is slower than the arrivals.
  func flushSoon(after delay: Duration) async {
    let (isFirst, isCrowded) = state.withLock { state in
      let isCrowded = state.backlog.byteCount > Self.crowdedBytes
      guard !isCrowded, !state.isWriting, !state.isScheduled, state.written < state.added else {
        return (false, isCrowded)
      }
      state.isScheduled = true
      return (true, false)
    }
    if isCrowded { await slowDown() }
    if isFirst { database.wait(delay, then: { [self] in writeScheduled() }) }
  }

  private func writeScheduled() {
    let next: Turn? = state.withLock { state in
      state.isScheduled = false
      if state.isWriting || state.backlog.isEmpty { return nil }
      state.isWriting = true
      return state.takeTurn()
    }
    // On a thread of the system, which may block.
    if let next { database.submitAndWait(next.joinedWrites) { ended(next, $0) } }
  }

  private func write(_ turn: Turn) {
    database.submit(turn.joinedWrites) { [self] in ended(turn, $0) }
  }

  private func ended(_ turn: Turn, _ result: Result<Void, StorageError>) {
    switch result {
    case .success: succeeded(turn)
    case .failure(let error): failed(turn.slice, error)
    }
  }

  private func succeeded(_ turn: Turn) {
    var recovered: StorageEvent?
    var done: [Promise<Void>] = []
    let next: Turn? = state.withLock { state in
      state.isHanging = false
      state.written = max(state.written, turn.ticket)
      state.batchesWritten = max(state.batchesWritten, turn.batchTicket)
      if let last = turn.slice.writes.chunks.last {
        state.status.chunksThrough = max(state.status.chunksThrough, last.number)
      }
      if state.status.failure != nil, state.backlog.isEmpty {
        state.status.failure = nil
        let lost = state.status.batchesGivenUp - state.givenUpBeforeFailure
        recovered = .recovered(batchesGivenUp: lost)
      }
      done = state.takeDone()
      if state.backlog.isEmpty {
        state.written = state.added
        state.batchesWritten = state.added
        state.isWriting = false
        return nil
      }
      return state.takeTurn()
    }
    if let recovered { report(recovered) }
    for promise in done { promise.fulfill(()) }
    if let next { write(next) }
  }

  /// Counts and reports a failure of another kind of write; it counts as over after the next flush
  /// that succeeds.
  func noteFailure(_ error: StorageError) {
    let isNew = state.withLock { $0.fail(error) }
    if isNew { report(.writing(error.description)) }
  }

  private func failed(_ slice: WriteBacklog.Slice, _ error: StorageError) {
    var isNew = false
    let waiters = state.withLock { state in
      isNew = state.fail(error)
      // The disk has answered, so callers try again.
      state.isHanging = false
      state.backlog.putBack(slice)
      state.isWriting = false
      defer { state.waiters = [] }
      return state.waiters.map(\.isDone)
    }
    if isNew { report(.writing(error.description)) }
    for promise in waiters { promise.fulfill(()) }
  }
}
