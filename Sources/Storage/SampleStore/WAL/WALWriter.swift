import SQLiteStorage
import StorageAPI
import Synchronization

/// Writes to the journal in the order given, all that waits at a time in one transaction.
///
/// When the database cannot be written, what waits stays in memory, up to a bound, and is tried again at each flush; nobody waits
/// for it, because alerts must go on.
final class WALWriter: Sendable {
  /// How many bytes go into one transaction at most: about 12 ms, so that a batch does not wait long behind many chunks, and
  /// trying again on a full disk stays cheap.
  static let maximumTransactionBytes = 256 << 10
  /// How many bytes may wait before those who are in no hurry wait, too.
  static let crowdedBytes = 4 << 20

  /// What is known about the writing.
  struct Status {
    var pendingBatches = 0
    var pendingBytes = 0
    var writeErrors = 0
    var batchesGivenUp = 0
    var chunksGivenUp = 0
    /// The number of the last chunk that needs no memory any more.
    var chunksThrough: Int64 = 0
    /// Why the last attempt failed; nil if it did not.
    var failure: StorageError?
  }

  /// One transaction.
  private struct Turn: Sendable {
    let slice: WriteBacklog.Slice
    /// Up to where everything is written after it, and up to where all batches are.
    let ticket: Int
    let batchTicket: Int

    /// What is written, with batches joined to rows.
    var joinedWrites: WALWrites {
      var writes = slice.writes
      writes.rows = WALRecord.joining(writes.rows)
      return writes
    }
  }

  /// Somebody who waits until what was added up to a ticket is written.
  private struct Waiter {
    let ticket: Int
    /// Whether chunks matter, or only batches, in which the samples of those chunks stand as well.
    let needsChunks: Bool
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var backlog = WriteBacklog()
    var status = Status()
    var isWriting = false
    /// Whether `flushSoon` has begun to wait.
    var isScheduled = false
    /// Counts what was added, and up to where it is written.
    var added = 0
    var written = 0
    var batchesWritten = 0
    var waiters: [Waiter] = []
    var givenUpBeforeFailure = 0

    /// Takes what is written next, and up to where everything is written after that.
    mutating func takeTurn() -> Turn {
      let slice = backlog.takeSlice(WALWriter.maximumTransactionBytes)
      return Turn(
        slice: slice, ticket: backlog.isEmpty ? added : written,
        batchTicket: backlog.hasBatches ? batchesWritten : added)
    }

    /// Takes out those who wait for nothing any more.
    mutating func takeDone() -> [CheckedContinuation<Void, Never>] {
      func isDone(_ waiter: Waiter) -> Bool {
        waiter.ticket <= (waiter.needsChunks ? written : batchesWritten)
      }
      defer { waiters.removeAll(where: isDone) }
      return waiters.filter(isDone).map(\.continuation)
    }

    /// Notes an error; true if it is the first one since things were well.
    mutating func fail(_ error: StorageError) -> Bool {
      defer { status.failure = error }
      status.writeErrors += 1
      if status.failure != nil { return false }
      givenUpBeforeFailure = status.batchesGivenUp
      return true
    }
  }

  private let journal: SampleDatabase
  private let maximumPendingBytes: Int
  private let report: @Sendable (StorageEvent) -> Void
  private let state = Mutex(State())

  init(
    journal: SampleDatabase, maximumPendingBytes: Int,
    report: @escaping @Sendable (StorageEvent) -> Void
  ) {
    self.journal = journal
    self.maximumPendingBytes = maximumPendingBytes
    self.report = report
  }

  /// What is known about the writing now.
  var status: Status {
    state.withLock { state in
      var status = state.status
      status.pendingBatches = state.backlog.rowCount
      status.pendingBytes = state.backlog.byteCount
      return status
    }
  }

  /// Adds something to be written with the next flush; its place is behind what was added before.
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

  /// Returns when all that was added before is committed, or when an attempt has failed.
  func flush() async { await flush(needsChunks: true) }

  /// Returns when the batches that were added before are committed, or when an attempt has failed.
  func flushBatches() async { await flush(needsChunks: false) }

  /// Returns when what waits is committed if that is much: who makes chunks faster than the disk takes them waits here.
  func flushIfCrowded() async {
    if state.withLock({ $0.backlog.byteCount > Self.crowdedBytes }) { await flush() }
  }

  private func flush(needsChunks: Bool) async {
    await withCheckedContinuation { continuation in
      let next: Turn? = state.withLock { state in
        guard (needsChunks ? state.written : state.batchesWritten) < state.added else {
          continuation.resume()
          return nil
        }
        state.waiters.append(
          Waiter(ticket: state.added, needsChunks: needsChunks, continuation: continuation))
        if state.isWriting { return nil }
        state.isWriting = true
        return state.takeTurn()
      }
      if let next { write(next) }
    }
  }

  /// Has all that was added before committed after a moment, together with what comes meanwhile.
  ///
  /// Returns at once, unless so much waits already that the disk is slower than what comes.
  func flushSoon(after delay: Duration) async {
    let (isFirst, isCrowded) = state.withLock { state in
      let isCrowded = state.backlog.byteCount > Self.crowdedBytes
      guard !isCrowded, !state.isWriting, !state.isScheduled, state.written < state.added else {
        return (false, isCrowded)
      }
      state.isScheduled = true
      return (true, false)
    }
    if isCrowded { await flushBatches() }
    if isFirst { journal.wait(delay, then: { [self] in writeScheduled() }) }
  }

  private func writeScheduled() {
    let next: Turn? = state.withLock { state in
      state.isScheduled = false
      if state.isWriting || state.backlog.isEmpty { return nil }
      state.isWriting = true
      return state.takeTurn()
    }
    // On a thread of the system, which may wait.
    if let next { journal.submitAndWait(next.joinedWrites) { ended(next, $0) } }
  }

  private func write(_ turn: Turn) {
    journal.submit(turn.joinedWrites) { [self] in ended(turn, $0) }
  }

  private func ended(_ turn: Turn, _ result: Result<Void, StorageError>) {
    switch result {
    case .success: succeeded(turn)
    case .failure(let error): failed(turn.slice, error)
    }
  }

  private func succeeded(_ turn: Turn) {
    var recovered: StorageEvent?
    var done: [CheckedContinuation<Void, Never>] = []
    let next: Turn? = state.withLock { state in
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
    for continuation in done { continuation.resume() }
    if let next { write(next) }
  }

  /// Counts and tells a failure of another kind of write; it counts as over after the next flush that succeeds.
  func noteFailure(_ error: StorageError) {
    let isNew = state.withLock { $0.fail(error) }
    if isNew { report(.writing(error.description)) }
  }

  private func failed(_ slice: WriteBacklog.Slice, _ error: StorageError) {
    var isNew = false
    let waiters = state.withLock { state in
      isNew = state.fail(error)
      state.backlog.putBack(slice)
      state.isWriting = false
      defer { state.waiters = [] }
      return state.waiters.map(\.continuation)
    }
    if isNew { report(.writing(error.description)) }
    for continuation in waiters { continuation.resume() }
  }
}
