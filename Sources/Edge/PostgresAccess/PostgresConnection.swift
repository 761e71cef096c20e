private import Concurrency
private import CLibPQ

/// One session with a PostgreSQL server. Every call returns by its deadline, whatever the server
/// does.
///
/// Calls block their thread in `poll(2)`: use a connection only on a dedicated thread, from an
/// actor with a `ThreadExecutor`. libpq itself never blocks: the connection is made step by step,
/// names are resolved where that can be abandoned, and a statement that overruns is cancelled from
/// another thread while the connection closes.
@safe package struct PostgresConnection: ~Copyable {
  let handle: PostgresHandle
  let settings: PostgresSettings
  /// The statements that the server has prepared for this session.
  var retained = RetainedStatements()
  /// The settings of this session or, behind a pooler, of each of its transactions.
  var inForce = SettingsInForce()
  /// The server's version as a number: 150020 for 15.20.
  package let serverVersion: Int
  /// The server's version as the server prints it, for example `15.20 (Debian 15.20-0+deb12u1)`.
  package let serverVersionText: String
  /// The process id of the session's backend.
  package let backendPID: Int
  /// Whether the session can run statements.
  package internal(set) var isOpen = true

  private init(adopting handle: consuming PostgresHandle, settings: PostgresSettings) {
    self.settings = settings
    serverVersion = handle.serverVersion
    serverVersionText = handle.parameter("server_version") ?? ""
    backendPID = handle.backendPID
    self.handle = handle
  }

  /// Connects, logs in and configures the session, trying each host and address within the
  /// deadline.
  package static func open(
    _ settings: PostgresSettings, deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> PostgresConnection {
    let handle = try ConnectionAttempt(settings: settings, deadline: deadline).run()
    var connection = PostgresConnection(adopting: handle, settings: settings)
    try connection.setUp(deadline)
    return connection
  }

  private mutating func setUp(_ deadline: ContinuousClock.Instant) throws(PostgresError) {
    guard !settings.session.isConsole else { return }
    var values = settings.session.values(forVersion: serverVersion)
    let all = try isShared(values, deadline)
    var isShared = all ?? false
    if all == nil {
      // A pooler or a fork may not know one of the settings: then each is set separately, and the
      // session works without it.
      var accepted: [(name: String, value: String)] = []
      for value in values {
        guard let one = try self.isShared([value], deadline) else { continue }
        isShared = isShared || one
        accepted.append(value)
      }
      values = accepted
    }
    inForce.setUp(values, isShared: isShared)
    retained.isAllowed = !isShared
  }

  /// Applies the settings, which last for the transaction only if the server is shared, and returns
  /// whether it is.
  ///
  /// A server is shared if a pooler is in between, which reports its own process id instead of the
  /// server's. Returns nil if the server rejects one of the values.
  private mutating func isShared(
    _ values: [(name: String, value: String)], _ deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Bool? {
    let isForeign = "pg_catalog.pg_backend_pid() <> \(backendPID)"
    do throws(PostgresError) {
      let answer = try query(
        SessionSettings.statement(
          setting: values, forTransaction: isForeign,
          and: "CASE WHEN \(isForeign) THEN 1 ELSE 0 END"),
        deadline: deadline)
      return answer.double(0, 0) == 1
    } catch {
      if error.endsSession { throw error }
      return nil
    }
  }

  /// Runs one statement and waits for its rows; `$1` is the first parameter, and a nil parameter is
  /// NULL.
  ///
  /// At the deadline the statement is cancelled, the session is closed, and `.timeout` is thrown.
  /// An error of the statement alone leaves the session usable.
  package mutating func query(
    _ sql: String, _ parameters: [String?] = [], deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> PostgresResult {
    guard isOpen else {
      throw PostgresError(statement: "the session is closed", sqlState: nil, settings: settings)
    }
    guard !deadline.hasPassed else {
      throw PostgresError(
        reason: .timeout, sqlState: nil, message: "no time was left for the statement")
    }
    do {
      return try exchange(sql, parameters, deadline)
    } catch {
      if error.endsSession {
        isOpen = false
        if error.reason == .timeout { handle.cancel() }
      }
      throw error
    }
  }

  private mutating func exchange(
    _ sql: String, _ parameters: [String?], _ deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> PostgresResult {
    let preamble = inForce.preamble
    let isSent: Bool
    if let preamble {
      // Both in one transaction and one round trip.
      isSent =
        handle.enterPipeline() && handle.send(preamble, []) && handle.send(sql, parameters)
        && handle.sendSync()
    } else {
      isSent = settings.session.isConsole ? handle.send(sql) : handle.send(sql, parameters)
    }
    guard isSent else { throw lost() }
    try flush(deadline)
    var answer: PostgresResult?
    var failure: PostgresError?
    reading: while true {
      try awaitOutcome(deadline)
      guard let outcome = handle.nextOutcome() else {
        guard preamble != nil, !handle.isBad else { break }
        continue
      }
      switch consume outcome {
      case .rows(let result): answer = consume result
      case .copying: throw copying()
      case .synced: break reading
      case .aborted: break
      case .failed(let message, let state):
        let error = PostgresError(statement: message, sqlState: state, settings: settings)
        failure = failure ?? error
      }
    }
    let isOut = preamble == nil || handle.exitPipeline()
    if let failure {
      throw (handle.isBad || !isOut) && !failure.endsSession ? failure.losingConnection : failure
    }
    guard isOut else { throw lost() }
    guard let answer = consume answer else { throw lost() }
    inForce.noteSent()
    try checkSize(answer)
    return answer
  }

  /// Throws if the result has more than ``PostgresLimits/rows`` rows.
  func checkSize(_ answer: borrowing PostgresResult) throws(PostgresError) {
    guard answer.rowCount > PostgresLimits.rows else { return }
    throw PostgresError(
      reason: .tooManyRows, sqlState: nil,
      message: "\(answer.rowCount) rows, and the limit is \(PostgresLimits.rows)")
  }

  /// Sends the queued data, and reads what arrives meanwhile.
  func flush(_ deadline: ContinuousClock.Instant) throws(PostgresError) {
    while true {
      switch handle.flush() {
      case .failed: throw lost()
      case .done: return
      case .pending:
        try wait(.both, deadline)
        guard handle.consumeInput() else { throw lost() }
      }
    }
  }

  /// Waits until the next result can be read without blocking.
  func awaitOutcome(_ deadline: ContinuousClock.Instant) throws(PostgresError) {
    while handle.isBusy {
      try wait(.reading, deadline)
      guard handle.consumeInput() else { throw lost() }
    }
  }

  func copying() -> PostgresError {
    PostgresError(
      reason: .connectionLost, sqlState: nil,
      message: "the session was closed: COPY is not supported here")
  }

  private func wait(
    _ interest: Readiness.Interest, _ deadline: ContinuousClock.Instant
  ) throws(PostgresError) {
    switch Readiness.wait(for: handle.socket, interest, until: deadline) {
    case .ready: return
    case .timedOut:
      throw PostgresError(
        reason: .timeout, sqlState: nil, message: "the server did not answer in time")
    case .failed(let code):
      throw PostgresError(
        reason: .connectionLost, sqlState: nil, message: "poll failed with errno \(code)")
    }
  }

  func lost() -> PostgresError {
    PostgresError(statement: handle.errorMessage, sqlState: nil, settings: settings)
  }
}

extension PostgresError {
  /// The same error, for the case that the connection was lost with it.
  var losingConnection: PostgresError {
    PostgresError(reason: .connectionLost, sqlState: sqlState, message: message)
  }
}
