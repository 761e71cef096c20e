import Foundation
import GRDB
import StorageAPI
import Synchronization

/// Folds the write-ahead log into the file beside the writes, on a connection and a queue of its own.
///
/// SQLite by itself does it inside of a commit, which then waits for two flushes of the disk and some megabytes written. Beside the
/// writes it holds nobody up; what comes meanwhile is folded the next time. SQLite begins the log anew when a commit finds all of it
/// folded. Where commits come without pause that moment never comes by itself: then the log is folded again and again, each time
/// less is left, and only the last little is folded between two transactions. SQLite flushes the file only when all of the log is folded,
/// and then all that was written to it before; so each time is followed by a flush, and that last one has little to flush.
final class WALCheckpointer: Sendable {
  /// When what is done; sizes are in bytes and in pages of 8 KB.
  struct Limits: Sendable {
    /// How much is written before the log is folded.
    var bytesBetween = 16 << 20
    /// How many pages the log may have before its rest is folded between two transactions.
    var longLog = 8192
    /// How many pages that rest has at most: less than a megabyte.
    var restPages = 96
    /// How many passes are made to get there.
    var passes = 8
    /// How long the log may become where writing is as fast as folding; then the rest is folded whatever its length.
    var longestLog = 65_536
    /// How large the file of the log may stay.
    var restingBytes = 64 << 20
    /// How much of a larger file is cut off when it is to shrink and the log begins anew, which happens inside of a commit.
    var bytesCutOff = 8 << 20
  }

  /// What has been done since the start.
  struct Work: Sendable {
    /// How often the rest was folded between two transactions, and how many pages that were at most.
    var rests = 0
    var longestRest = 0
  }

  private struct State {
    var written = 0
    var isRunning = false
    /// Whether some of the log's file is to be cut off, and the size down to which SQLite does that now; -1 for none.
    var isToShrink = false
    var sizeLimit = -1
    var work = Work()
  }

  private let connection: DatabaseQueue
  private let pool: any DatabaseWriter
  /// The file, to flush it. Open as long as the connections are: closing any descriptor of a file gives up all locks on it.
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

  /// What has been done since the start.
  var work: Work { state.withLock { $0.work } }

  /// Whether it is being folded now.
  var isRunning: Bool { state.withLock { $0.isRunning } }

  /// Notes that about so many bytes were written, and folds the log if it is time.
  func note(bytes: Int) {
    let isTime = state.withLock { state in
      state.written += bytes
      return state.written >= limits.bytesBetween && begin(&state)
    }
    if isTime { fold() }
  }

  /// Folds the log if its file is larger than it may stay: after that the next commit begins it anew, and cuts some of it off.
  func shrink() {
    guard logBytes > limits.restingBytes else { return }
    let isTime = state.withLock { state in
      state.isToShrink = true
      return begin(&state)
    }
    if isTime { fold() }
  }

  private func begin(_ state: inout State) -> Bool {
    if state.isRunning { return false }
    state.written = 0
    state.isRunning = true
    return true
  }

  private func fold() {
    connection.asyncWriteWithoutTransaction { [self] database in
      // A failure, as on a full disk, is no loss: the log has it all, and the next time comes.
      guard var last = pass(database) else { return finish(pages: .max) }
      guard last.folded + last.left > limits.longLog else { return finish(pages: last.folded) }
      try? file.synchronize()
      for _ in 1..<limits.passes {
        guard let now = pass(database) else { return finish(pages: .max) }
        let came = now.folded - last.folded
        last = now
        // Fewer than before: a commit found all of them folded and began the log anew.
        if came < 0 { return finish(pages: now.folded) }
        if now.left > limits.longLog { return waitForReaders() }
        try? file.synchronize()
        if max(came, now.left) <= limits.restPages { return foldRest(behind: now.folded) }
      }
      let isLongest = last.folded > limits.longestLog
      if isLongest { foldRest(behind: last.folded) } else { finish(pages: last.folded) }
    }
  }

  /// Folds what is there; returns how many pages of the log are folded then, and how many are left because somebody reads the file as it
  /// was before them. Nil after a failure.
  private func pass(_ database: Database) -> (folded: Int, left: Int)? {
    (try? database.checkpoint(.passive)).map {
      ($0.checkpointedFrameCount, $0.walFrameCount - $0.checkpointedFrameCount)
    }
  }

  /// Leaves what a long read holds up to a later time, and flushes it, so that then there is not all of it to flush.
  private func waitForReaders() {
    try? FileHandle(forReadingAtPath: logPath)?.synchronize()
    finish(pages: .max)
  }

  private func foldRest(behind folded: Int) {
    pool.asyncWriteWithoutTransaction { [self] database in
      let rest = max(0, (pass(database)?.folded ?? folded) - folded)
      state.withLock { state in
        state.work.rests += 1
        state.work.longestRest = max(state.work.longestRest, rest)
      }
      finish(pages: folded + rest)
    }
  }

  /// Sees to it that the next part of a file which is to shrink is cut off when the log begins anew, and nothing otherwise: a log that was
  /// as long before will be so again.
  private func finish(pages: Int) {
    let size = logBytes
    let limit = state.withLock { state -> Int? in
      let isTooLarge = size > limits.restingBytes && pages < size / 2 / 8192
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

  /// Waits for what runs and closes the connection.
  func close() throws { try connection.close() }
}
