package import Concurrency
import Synchronization

/// A persistent session with a server, on a thread of its own: it connects when first needed,
/// reconnects after a failure, and backs off while the server is down.
///
/// Commands run one after another. Every call ends by its deadline.
package actor RedisSession {
  /// The settings that the session was created with.
  package nonisolated let settings: RedisSettings
  private let executor: ThreadExecutor
  private var connection: RedisConnection?
  private var backoff: Backoff
  private var nextAttempt: ContinuousClock.Instant?
  private var lastFailure: RedisError?
  private let shared = Mutex(State())

  /// The state of the session, readable without waiting for it.
  package struct State: Sendable, Equatable {
    /// Whether the session was open when it was last used.
    package var isConnected = false
    /// Sessions opened so far.
    package var sessionsOpened = 0
    /// Failed attempts to open a session.
    package var failedAttempts = 0
    /// When a command was last answered, possibly with an error.
    package var lastAnswer: ContinuousClock.Instant?
    /// How long the last session took to open.
    package var connectTime = Duration.zero
    /// Why the last attempt failed; nil while the session is open.
    package var failure: RedisError?
  }

  /// Creates a session that is not open yet; `name` is the name of its thread.
  package init(
    _ settings: RedisSettings, name: String = "redis",
    backoff: Backoff = .reconnecting
  ) {
    self.settings = settings
    self.backoff = backoff
    executor = ThreadExecutor(name: name)
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// The current state.
  package nonisolated var state: State { shared.withLock { $0 } }

  /// Runs one command, opening a session first if there is none.
  ///
  /// A dead session is replaced once within the same deadline, so send only commands that may run
  /// twice.
  ///
  /// - Throws: ``RedisError``.
  package func command(
    _ arguments: [String], deadline: ContinuousClock.Instant
  ) throws(RedisError) -> RedisReply {
    let wasOpen = connection != nil
    try connect(deadline)
    do throws(RedisError) {
      return try run(arguments, deadline)
    } catch {
      guard wasOpen, connection == nil, error.reason != .timeout else { throw error }
      try connect(deadline)
      return try run(arguments, deadline)
    }
  }

  /// Closes the session; the next command opens a new one.
  package func close() {
    connection = nil
    shared.withLock { $0.isConnected = false }
  }

  private func run(
    _ arguments: [String], _ deadline: ContinuousClock.Instant
  ) throws(RedisError) -> RedisReply {
    do throws(RedisError) {
      if let reply = try connection?.command(arguments, deadline: deadline) {
        shared.withLock { $0.lastAnswer = .now }
        return reply
      }
    } catch {
      if connection?.isOpen == false {
        close()
        shared.withLock { $0.failure = error }
      } else if !error.endsSession {
        shared.withLock { $0.lastAnswer = .now }
      }
      throw error
    }
    preconditionFailure("a command without a session")
  }

  private func connect(_ deadline: ContinuousClock.Instant) throws(RedisError) {
    guard connection == nil else { return }
    if let lastFailure, let nextAttempt, .now < nextAttempt { throw lastFailure }
    guard !deadline.hasPassed else {
      throw RedisError(.timeout, "no time was left to connect")
    }
    let start = ContinuousClock.now
    do throws(RedisError) {
      connection = try RedisConnection.open(settings, deadline: deadline)
      backoff.reset()
      nextAttempt = nil
      lastFailure = nil
      shared.withLock { state in
        state.isConnected = true
        state.sessionsOpened += 1
        state.connectTime = start.duration(to: .now)
        state.failure = nil
      }
    } catch {
      nextAttempt = .now + backoff.pauseAfterFailure(chance: .random(in: 0...1))
      lastFailure = error
      shared.withLock { state in
        state.isConnected = false
        state.failedAttempts += 1
        state.connectTime = start.duration(to: .now)
        state.failure = error
      }
      throw error
    }
  }
}
