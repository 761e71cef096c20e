import GRDB
import StorageAPI
import Synchronization

/// Folds the write-ahead log into the file beside the writes, on a connection and a queue of its own.
///
/// SQLite by itself does it inside of a commit, which then waits for two flushes of the disk and some megabytes written. Beside the
/// writes it holds nobody up; what comes meanwhile is folded the next time, and only if the log would never come to its
/// end so is the little that is left folded between two transactions.
final class LogFolding: Sendable {
  /// How many bytes are written before the log is folded.
  private static let bytesBetween = 16 << 20
  /// How many pages of 8 KB the log may have before its rest is folded between two transactions.
  private static let longLog = 8192

  private struct State {
    var written = 0
    var isRunning = false
  }

  private let connection: DatabaseQueue
  private let pool: any DatabaseWriter
  private let state = Mutex(State())

  /// Opens another connection to a file whose writes run in `pool`.
  init(path: String, beside pool: any DatabaseWriter) throws {
    var configuration = Configuration()
    configuration.label = path + " log"
    configuration.busyMode = .timeout(5)
    connection = try DatabaseQueue(path: path, configuration: configuration)
    self.pool = pool
  }

  /// Notes that about so many bytes were written, and folds the log if it is time.
  func note(bytes: Int) {
    let isTime = state.withLock { state in
      state.written += bytes
      guard state.written >= Self.bytesBetween, !state.isRunning else { return false }
      state.written = 0
      state.isRunning = true
      return true
    }
    if isTime { fold() }
  }

  private func fold() {
    connection.asyncWriteWithoutTransaction { [self] database in
      // A failure, as on a full disk, is no loss: the log has it all, and the next time comes.
      let found = try? database.checkpoint(.passive)
      guard let found, found.walFrameCount > Self.longLog else { return finish() }
      // Once more, so that what has come meanwhile is not left to the writes.
      _ = try? database.checkpoint(.passive)
      pool.asyncWriteWithoutTransaction { [self] database in
        _ = try? database.checkpoint(.passive)
        finish()
      }
    }
  }

  private func finish() { state.withLock { $0.isRunning = false } }

  /// Waits for what runs and closes the connection.
  func close() throws { try connection.close() }
}
