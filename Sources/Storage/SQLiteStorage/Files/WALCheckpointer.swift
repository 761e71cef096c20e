import Foundation
import GRDB
import StorageAPI
import Synchronization

/// Checkpoints the WAL concurrently with the writes, on its own connection and queue.
///
/// By default SQLite checkpoints inside a commit, which then waits for two flushes of the disk and
/// some megabytes of writes. A concurrent checkpoint delays no commit; pages written meanwhile are
/// left to the next checkpoint. SQLite restarts the WAL when a commit finds all of it checkpointed,
/// which under continuous writes does not happen: therefore the WAL is checkpointed repeatedly,
/// each time with less left, and only the small rest is checkpointed between two transactions.
/// SQLite flushes the database file only when the whole WAL is checkpointed, and then everything
/// that was written to it before; so each pass is followed by a flush, and the last flush has
/// little to write.
final class WALCheckpointer: Sendable {
  /// The thresholds; sizes in bytes and in pages of 8 KB.
  struct Limits: Sendable {
    /// Bytes written between two checkpoints.
    var bytesBetween = 16 << 20
    /// WAL length in pages from which on the rest is checkpointed between two transactions.
    var longLog = 8192
    /// The largest such rest in pages: less than a megabyte.
    var restPages = 96
    /// The number of passes to get there.
    var passes = 8
    /// WAL length in pages at which the rest is checkpointed whatever its length, for when writing
    /// is as fast as checkpointing.
    var longestLog = 65_536
    /// The size in bytes that the WAL file may have between checkpoints.
    var restingBytes = 64 << 20
    /// Bytes cut off a larger WAL file when it restarts, which happens inside a commit.
    var bytesCutOff = 8 << 20
  }

  /// Counters since the start.
  struct Work: Sendable {
    /// How often the rest was checkpointed between two transactions, and the largest number of
    /// pages of such a rest.
    var rests = 0
    var longestRest = 0
  }

  private struct State {
    var written = 0
    var isRunning = false
    /// Whether the WAL file is to be shortened, and the size to which SQLite shortens it now; -1
    /// for no limit.
    var isToShrink = false
    var sizeLimit = -1
    var work = Work()
  }

  private let connection: DatabaseQueue
  private let pool: any DatabaseWriter
  /// The database file, to flush it. Open as long as the connections are: closing any descriptor of
  /// a file releases all locks on it.
  private let file: FileHandle
  private let logPath: String
  private let limits: Limits
  private let state = Mutex(State())

  /// Opens another connection to a file whose writes run in `pool`.
  init(path: String, beside pool: any DatabaseWriter, limits: Limits) throws {
    var configuration = Configuration()
    configuration.label = path + " log"
    configuration.busyMode = .timeout(5)
    connection = try DatabaseQueue(path: path, configuration: configuration)
    file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    logPath = path + "-wal"
    self.limits = limits
    self.pool = pool
  }

  /// Counters since the start.
  var work: Work { state.withLock { $0.work } }

  /// Whether a checkpoint is running.
  var isRunning: Bool { state.withLock { $0.isRunning } }

  /// Counts about so many written bytes, and starts a checkpoint if one is due.
  func note(bytes: Int) {
    let isTime = state.withLock { state in
      state.written += bytes
      return state.written >= limits.bytesBetween && begin(&state)
    }
    if isTime { checkpoint() }
  }

  /// Checkpoints a WAL file that is larger than it may stay: the next commit then restarts it and
  /// shortens the file.
  func shrink() {
    guard logBytes > limits.restingBytes else { return }
    let isTime = state.withLock { state in
      state.isToShrink = true
      return begin(&state)
    }
    if isTime { checkpoint() }
  }

  private func begin(_ state: inout State) -> Bool {
    if state.isRunning { return false }
    state.written = 0
    state.isRunning = true
    return true
  }

  private func checkpoint() {
    connection.asyncWriteWithoutTransaction { [self] database in
      // A failure, as on a full disk, loses nothing: the WAL has all of it, and the next checkpoint
      // tries again.
      guard var last = pass(database) else { return finish(pages: .max) }
      guard last.checkpointed + last.left > limits.longLog else {
        return finish(pages: last.checkpointed)
      }
      try? file.synchronize()
      for _ in 1..<limits.passes {
        guard let now = pass(database) else { return finish(pages: .max) }
        let came = now.checkpointed - last.checkpointed
        last = now
        // Fewer than before: a commit found all of it checkpointed and restarted the WAL.
        if came < 0 { return finish(pages: now.checkpointed) }
        if now.left > limits.longLog { return waitForReaders() }
        try? file.synchronize()
        if max(came, now.left) <= limits.restPages {
          return checkpointRest(behind: now.checkpointed)
        }
      }
      let isLongest = last.checkpointed > limits.longestLog
      if isLongest {
        checkpointRest(behind: last.checkpointed)
      } else {
        finish(pages: last.checkpointed)
      }
    }
  }

  /// Runs one checkpoint pass; returns how many pages of the WAL are checkpointed then, and how
  /// many cannot be because a reader still uses an older snapshot. `nil` after a failure.
  private func pass(_ database: Database) -> (checkpointed: Int, left: Int)? {
    (try? database.checkpoint(.passive)).map {
      ($0.checkpointedFrameCount, $0.walFrameCount - $0.checkpointedFrameCount)
    }
  }

  /// Postpones pages that a long read holds back, and flushes the file, so that less is left to
  /// flush later.
  private func waitForReaders() {
    try? FileHandle(forReadingAtPath: logPath)?.synchronize()
    finish(pages: .max)
  }

  private func checkpointRest(behind checkpointed: Int) {
    pool.asyncWriteWithoutTransaction { [self] database in
      let rest = max(0, (pass(database)?.checkpointed ?? checkpointed) - checkpointed)
      state.withLock { state in
        state.work.rests += 1
        state.work.longestRest = max(state.work.longestRest, rest)
      }
      finish(pages: checkpointed + rest)
    }
  }

  /// Lets the next restart of the WAL cut off part of an oversized file, and otherwise nothing: a
  /// WAL that has been that long will be so again.
  private func finish(pages: Int) {
    let size = logBytes
    let limit = state.withLock { state -> Int? in
      let isTooLarge = size > limits.restingBytes && pages < size / 2 / DatabaseFile.pageBytes
      let limit =
        state.isToShrink && isTooLarge ? max(limits.restingBytes, size - limits.bytesCutOff) : -1
      defer { state.sizeLimit = limit }
      state.isToShrink = false
      return limit == state.sizeLimit ? nil : limit
    }
    if let limit {
      pool.asyncWriteWithoutTransaction { database in
        try? database.execute(sql: "PRAGMA journal_size_limit = \(limit)")
      }
    }
    state.withLock { $0.isRunning = false }
  }

  private var logBytes: Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: logPath)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// Waits for a running checkpoint and closes the connection.
  func close() throws { try connection.close() }
}
