import StateDatabase
import StorageAPI
import Synchronization

/// Writes to the journal in the order given, all that waits at a time in one transaction.
///
/// When the database cannot be written, what waits stays in memory, up to a bound, and is tried again at each flush; nobody waits
/// for it, because alerts must go on.
final class JournalWriter: Sendable {
  /// How many bytes go into one transaction at most, so that trying again on a full disk stays cheap.
  static let maximumTransactionBytes = 4 << 20

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
    let ticket: Int
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
    var waiters: [(ticket: Int, continuation: CheckedContinuation<Void, Never>)] = []
    var givenUpBeforeFailure = 0

    /// Takes what is written next, and up to where everything is written after that.
    mutating func takeTurn() -> Turn {
      let slice = backlog.takeSlice(JournalWriter.maximumTransactionBytes)
      return Turn(slice: slice, ticket: backlog.isEmpty ? added : written)
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

  private let journal: SampleJournal
  private let maximumPendingBytes: Int
  private let report: @Sendable (StorageTrouble) -> Void
  private let state = Mutex(State())

  init(
    journal: SampleJournal, maximumPendingBytes: Int,
    report: @escaping @Sendable (StorageTrouble) -> Void
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
  func add(_ writes: JournalWrites) {
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
  func flush() async {
    await withCheckedContinuation { continuation in
      let next: Turn? = state.withLock { state in
        guard state.written < state.added else {
          continuation.resume()
          return nil
        }
        state.waiters.append((state.added, continuation))
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
      let isCrowded = state.backlog.byteCount > Self.maximumTransactionBytes
      guard !isCrowded, !state.isWriting, !state.isScheduled, state.written < state.added else {
        return (false, isCrowded)
      }
      state.isScheduled = true
      return (true, false)
    }
    if isCrowded { await flush() }
    if isFirst { journal.wait(delay, then: { [self] in writeScheduled() }) }
  }

  private func writeScheduled() {
    let next: Turn? = state.withLock { state in
      state.isScheduled = false
      if state.isWriting || state.backlog.isEmpty { return nil }
      state.isWriting = true
      return state.takeTurn()
    }
    if let next { write(next) }
  }

  private func write(_ turn: Turn) {
    journal.submit(turn.slice.writes) { [self] result in
      switch result {
      case .success: succeeded(turn)
      case .failure(let error): failed(turn.slice, error)
      }
    }
  }

  private func succeeded(_ turn: Turn) {
    var recovered: StorageTrouble?
    var done: [CheckedContinuation<Void, Never>] = []
    let next: Turn? = state.withLock { state in
      state.written = max(state.written, turn.ticket)
      if let last = turn.slice.writes.chunks.last {
        state.status.chunksThrough = max(state.status.chunksThrough, last.number)
      }
      if state.status.failure != nil, state.backlog.isEmpty {
        state.status.failure = nil
        let lost = state.status.batchesGivenUp - state.givenUpBeforeFailure
        recovered = .recovered(batchesGivenUp: lost)
      }
      done = state.waiters.filter { $0.ticket <= state.written }.map(\.continuation)
      state.waiters.removeAll { $0.ticket <= state.written }
      if state.backlog.isEmpty {
        state.written = state.added
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
