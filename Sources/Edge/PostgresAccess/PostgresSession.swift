package import BlockingCalls
import Synchronization

/// One kept session with a server, on a thread of its own: it connects when first needed, again
/// when it broke, and not too often while the server is down.
///
/// Statements run one after another. Every call ends at its deadline.
package actor PostgresSession {
  /// Where the session goes.
  package nonisolated let settings: PostgresSettings
  private let executor: ThreadExecutor
  private let refresh: (@Sendable () -> PostgresSettings?)?
  /// What to log in with; differs from `settings` after a password was replaced.
  private var credentials: PostgresSettings
  private var connection: PostgresConnection?
  /// Settings with other values than a session begins with.
  private var adjustments: [String: String] = [:]
  private var backoff: ReconnectBackoff
  private var lastFailure: PostgresError?
  private let shared = Mutex(State())

  /// What is known of the session without waiting for it.
  package struct State: Sendable, Equatable {
    /// Whether the session is open, as far as anybody knows.
    package var isConnected = false
    /// The server's version as a number, 150020 for 15.20; nil before the first session.
    package var serverVersion: Int?
    /// The server's version as the server writes it.
    package var serverVersionText: String?
    /// Sessions opened so far.
    package var sessionsOpened = 0
    /// Attempts to open a session that failed.
    package var failedAttempts = 0
    /// When a statement was last answered, be it with an error of its own.
    package var lastAnswer: ContinuousClock.Instant?
    /// Why the last attempt failed; nil while the session is open.
    package var failure: PostgresError?
  }

  /// Makes a session that is not open yet; `name` is that of its thread.
  ///
  /// `refresh` reads the settings anew when the server refuses the login, because the password may
  /// have been replaced in its file.
  package init(
    _ settings: PostgresSettings, name: String = "postgres",
    backoff: ReconnectBackoff = ReconnectBackoff(),
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

  /// What is known now.
  package nonisolated var state: State { shared.withLock { $0 } }

  /// Runs one statement, opening a session first if there is none.
  ///
  /// A session that turns out to be dead, because the server was restarted since, is replaced once
  /// within the same deadline: monitoring statements only read, so asking twice does no harm.
  ///
  /// `values` are settings that this statement and all later ones run under, in whichever session.
  /// They cost no trip of their own, and nothing if they are in force already.
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

  /// Runs several statements in one go and returns their replies in order. Each stands for itself:
  /// only what the deadline left no time for has no reply.
  ///
  /// A session that breaks on the way is replaced, and the statement under way asked once more.
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
      let keeping = connection?.kept.isAllowed == true
      replies += connection?.run(statements[replies.count...], deadline: deadline) ?? []
      if keeping, connection?.kept.isAllowed == false {
        retryUnkept(statements, &replies, deadline)
      }
      guard let error = note(replies) else { continue }
      guard error.reason != .timeout, reconnects < Self.reconnectLimit else { return replies }
      reconnects += 1
      // The one that was under way may have been the cause: once more, and then on with the others.
      if retried != replies.count - 1 {
        retried = replies.count - 1
        replies.removeLast()
      }
    }
    return replies
  }

  /// How often a session is replaced while one set of statements runs.
  private static let reconnectLimit = 4

  /// Notes how the session is after some replies; the error that ended it, if any.
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

  /// Asks those once more that failed only because the server did not keep them.
  private func retryUnkept(
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

  /// Opens a connection; a refused login is tried once more if the settings changed meanwhile.
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
    if let lastFailure, !backoff.allowsAttempt(at: .now) { throw lastFailure }
    guard !deadline.hasPassed else {
      throw PostgresError(
        reason: .timeout, sqlState: nil, message: "no time was left to connect")
    }
    do throws(PostgresError) {
      let fresh = try open(deadline)
      let (number, text) = (fresh.serverVersion, fresh.serverVersionText)
      connection = consume fresh
      backoff.succeed()
      lastFailure = nil
      shared.withLock { state in
        state.isConnected = true
        state.serverVersion = number
        state.serverVersionText = text
        state.sessionsOpened += 1
        state.failure = nil
      }
    } catch {
      backoff.fail(at: .now, dice: .random(in: 0...1))
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
