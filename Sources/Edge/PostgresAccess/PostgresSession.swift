package import Concurrency
import Synchronization

/// A persistent session with a server, on a thread of its own: it connects when first needed,
/// reconnects after a failure, and backs off while the server is down.
///
/// Statements run one after another. Every call ends by its deadline.
package actor PostgresSession {
  /// The settings that the session was created with.
  package nonisolated let settings: PostgresSettings
  private let executor: ThreadExecutor
  private let refresh: (@Sendable () -> PostgresSettings?)?
  /// The settings to log in with; they differ from `settings` after a password was replaced.
  private var credentials: PostgresSettings
  private var connection: PostgresConnection?
  /// Settings whose values differ from those at the start of a session.
  private var adjustments: [String: String] = [:]
  private var backoff: Backoff
  private var nextAttempt: ContinuousClock.Instant?
  private var lastFailure: PostgresError?
  private let shared = Mutex(State())

  /// The state of the session, readable without waiting for it.
  package struct State: Sendable, Equatable {
    /// Whether the session was open when it was last used.
    package var isConnected = false
    /// The server's version as a number, 150020 for 15.20; nil before the first session.
    package var serverVersion: Int?
    /// The server's version as the server prints it.
    package var serverVersionText: String?
    /// Sessions opened so far.
    package var sessionsOpened = 0
    /// Failed attempts to open a session.
    package var failedAttempts = 0
    /// When a statement was last answered, possibly with an error.
    package var lastAnswer: ContinuousClock.Instant?
    /// Why the last attempt failed; nil while the session is open.
    package var failure: PostgresError?
  }

  /// Creates a session that is not open yet; `name` is the name of its thread.
  ///
  /// `refresh` rereads the settings when the server refuses the login, because the password may
  /// have been replaced in its file.
  package init(
    _ settings: PostgresSettings, name: String = "postgres",
    backoff: Backoff = .reconnecting,
    refresh: (@Sendable () -> PostgresSettings?)? = nil
  ) {
    self.settings = settings
    self.refresh = refresh
    credentials = settings
    self.backoff = backoff
    executor = ThreadExecutor(name: name)
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// The current state.
  package nonisolated var state: State { shared.withLock { $0 } }

  /// Runs one statement, opening a session first if there is none.
  ///
  /// A dead session, for instance after a restart of the server, is replaced once within the same
  /// deadline: monitoring statements only read, so they may run twice.
  ///
  /// `values` are settings that apply to this statement and all later ones, in any session. They
  /// need no round trip of their own, and are not sent if they are in force already.
  ///
  /// - Throws: ``PostgresError``.
  package func query(
    _ sql: String, _ parameters: [String?] = [], deadline: ContinuousClock.Instant,
    adjusting values: [String: String] = [:]
  ) throws(PostgresError) -> PostgresResult {
    adjustments.merge(values) { _, new in new }
    let wasOpen = connection != nil
    try connect(deadline)
    do throws(PostgresError) {
      return try run(sql, parameters, deadline)
    } catch {
      guard wasOpen, connection == nil, error.reason != .timeout else { throw error }
      try connect(deadline)
      return try run(sql, parameters, deadline)
    }
  }

  /// Runs several statements in one batch and returns their replies in order; only statements for
  /// which the deadline left no time have no reply.
  ///
  /// A session that breaks is replaced, and the statement in progress is run once more.
  package func run(
    _ statements: [PostgresStatement], deadline: ContinuousClock.Instant
  ) -> [PostgresReply] {
    var replies: [PostgresReply] = []
    var reconnects = 0
    var retried: Int?
    while replies.count < statements.count {
      do throws(PostgresError) {
        try connect(deadline)
      } catch {
        return replies + [PostgresReply(answer: .failure(error), took: .zero)]
      }
      connection?.inForce.adjust(adjustments)
      let retaining = connection?.retained.isAllowed == true
      replies += connection?.run(statements[replies.count...], deadline: deadline) ?? []
      if retaining, connection?.retained.isAllowed == false {
        retryUnretained(statements, &replies, deadline)
      }
      guard let error = note(replies) else { continue }
      guard error.reason != .timeout, reconnects < Self.reconnectLimit else { return replies }
      reconnects += 1
      // The statement in progress may have been the cause: it is retried once, then the others
      // follow.
      if retried != replies.count - 1 {
        retried = replies.count - 1
        replies.removeLast()
      }
    }
    return replies
  }

  /// The largest number of times that a session is replaced while one batch runs.
  private static let reconnectLimit = 4

  /// Updates the state after some replies; returns the error that ended the session, if any.
  private func note(_ replies: [PostgresReply]) -> PostgresError? {
    if connection?.isOpen == true {
      shared.withLock { $0.lastAnswer = .now }
      return nil
    }
    close()
    guard case .failure(let error)? = replies.last?.answer else { return nil }
    shared.withLock { $0.failure = error }
    return error
  }

  /// Retries the statements that failed only because the server had not retained them.
  private func retryUnretained(
    _ statements: [PostgresStatement], _ replies: inout [PostgresReply],
    _ deadline: ContinuousClock.Instant
  ) {
    for index in replies.indices {
      guard case .failure(let error) = replies[index].answer,
        RetainedStatements.lostStates.contains(error.sqlState ?? ""),
        let reply = connection?.run(statements[index...index], deadline: deadline).first
      else { continue }
      replies[index] = reply
      guard connection?.isOpen == true else { return }
    }
  }

  /// Closes the session; the next statement opens a new one.
  package func close() {
    connection = nil
    shared.withLock { $0.isConnected = false }
  }

  private func run(
    _ sql: String, _ parameters: [String?], _ deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> PostgresResult {
    connection?.inForce.adjust(adjustments)
    do throws(PostgresError) {
      if let result = try connection?.query(sql, parameters, deadline: deadline) {
        shared.withLock { $0.lastAnswer = .now }
        return result
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
    preconditionFailure("a statement without a session")
  }

  /// Opens a connection; a refused login is retried once if the settings have changed meanwhile.
  private func open(
    _ deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> PostgresConnection {
    do throws(PostgresError) {
      return try PostgresConnection.open(credentials, deadline: deadline)
    } catch {
      guard error.reason == .authentication, let renewed = refresh?(),
        renewed.parameters != credentials.parameters
      else { throw error }
      credentials = renewed
      return try PostgresConnection.open(credentials, deadline: deadline)
    }
  }

  private func connect(_ deadline: ContinuousClock.Instant) throws(PostgresError) {
    guard connection == nil else { return }
    if let lastFailure, let nextAttempt, .now < nextAttempt { throw lastFailure }
    guard !deadline.hasPassed else {
      throw PostgresError(
        reason: .timeout, sqlState: nil, message: "no time was left to connect")
    }
    do throws(PostgresError) {
      let fresh = try open(deadline)
      let (number, text) = (fresh.serverVersion, fresh.serverVersionText)
      connection = consume fresh
      backoff.reset()
      nextAttempt = nil
      lastFailure = nil
      shared.withLock { state in
        state.isConnected = true
        state.serverVersion = number
        state.serverVersionText = text
        state.sessionsOpened += 1
        state.failure = nil
      }
    } catch {
      nextAttempt = .now + backoff.pauseAfterFailure(chance: .random(in: 0...1))
      lastFailure = error
      shared.withLock { state in
        state.isConnected = false
        state.failedAttempts += 1
        state.failure = error
      }
      throw error
    }
  }
}
