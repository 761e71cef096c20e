/// One statement of a batch; it has no parameters.
package struct PostgresStatement: Sendable, Equatable {
  /// The name of the statement, under which the server prepares it once per session. A statement
  /// with a new text replaces the previous one of the same name.
  package let name: String
  /// The SQL text.
  package let sql: String

  /// Creates a statement.
  package init(name: String, sql: String) {
    self.name = name
    self.sql = sql
  }
}

/// The reply to one statement of a batch.
package struct PostgresReply: Sendable {
  /// The rows, shared by reference because they cannot be copied.
  package final class Answer: Sendable {
    /// The rows.
    package let rows: PostgresResult

    init(_ rows: consuming PostgresResult) {
      self.rows = rows
    }
  }

  /// The rows, or why there are none.
  package let answer: Result<Answer, PostgresError>
  /// How long the client waited for the reply.
  package let took: Duration
}

/// The statements that are prepared on the server for a session, with their texts.
struct RetainedStatements {
  /// Whether statements are prepared. Behind a pooler that assigns a server to each transaction, a
  /// prepared statement is gone in the next one.
  var isAllowed = true
  private var texts: [String: String] = [:]

  /// The name on the server; it is unique to the text, even among other programs behind the same
  /// pooler.
  static func serverName(_ statement: PostgresStatement) -> String {
    "tocsin_\(String(UInt(bitPattern: statement.sql.hashValue), radix: 36))"
  }

  /// What must be sent for a statement.
  enum Step: Equatable {
    case execute
    case prepare
    /// The name was prepared with another text, which is replaced.
    case replace(PostgresStatement)
  }

  func step(for statement: PostgresStatement) -> Step {
    guard let text = texts[statement.name] else { return .prepare }
    guard text != statement.sql else { return .execute }
    return .replace(PostgresStatement(name: statement.name, sql: text))
  }

  /// Records what the server has prepared, after it completed `partsDone` parts of a statement's
  /// step.
  mutating func note(_ statement: PostgresStatement, partsDone: Int) {
    switch (step(for: statement), partsDone) {
    case (.execute, _), (.prepare, 0), (.replace, 0): break
    case (.replace, 1): texts[statement.name] = nil
    case (.prepare, _), (.replace, _): texts[statement.name] = statement.sql
    }
  }

  /// SQLSTATEs that mean that a prepared statement is missing or that its result columns have
  /// changed.
  static let lostStates: Set = ["26000", "42P05", "0A000"]
}

extension PostgresConnection {
  /// Runs several statements in one round trip and returns their replies in order.
  ///
  /// Statements are independent: an error of one does not affect the others. If the connection
  /// breaks, or at the deadline, the last reply is that of the statement in progress, and the
  /// session is closed.
  package mutating func run(
    _ statements: ArraySlice<PostgresStatement>, deadline: ContinuousClock.Instant
  ) -> [PostgresReply] {
    var replies: [PostgresReply] = []
    let begun = ContinuousClock.now
    do throws(PostgresError) {
      try exchange(statements, deadline, into: &replies)
    } catch {
      if replies.count < statements.count {
        let before = replies.reduce(Duration.zero) { $0 + $1.took }
        let took = begun.duration(to: .now) - before
        replies.append(PostgresReply(answer: .failure(error), took: took))
      }
      isOpen = false
      if error.reason == .timeout { handle.cancel() }
    }
    return replies
  }

  private mutating func exchange(
    _ statements: ArraySlice<PostgresStatement>, _ deadline: ContinuousClock.Instant,
    into replies: inout [PostgresReply]
  ) throws(PostgresError) {
    guard isOpen else { throw lost() }
    if !inForce.isShared, inForce.preamble != nil {
      // Applies pending changes of the session's settings first.
      _ = try query("SELECT", deadline: deadline)
    }
    guard handle.enterPipeline() else { throw lost() }
    let retains = retained.isAllowed
    for statement in statements {
      guard send(statement, retaining: retains), handle.sendSync() else { throw lost() }
    }
    try flush(deadline)
    var last = ContinuousClock.now
    for statement in statements {
      let answer = try receive(statement, deadline)
      let now = ContinuousClock.now
      replies.append(PostgresReply(answer: answer, took: last.duration(to: now)))
      last = now
    }
    guard handle.exitPipeline() else { throw lost() }
  }

  private func send(_ statement: PostgresStatement, retaining: Bool) -> Bool {
    guard retaining else {
      if let preamble = inForce.preamble, !handle.send(preamble, []) { return false }
      return handle.send(statement.sql, [])
    }
    let name = RetainedStatements.serverName(statement)
    switch retained.step(for: statement) {
    case .execute: return handle.sendPrepared(name)
    case .prepare: return handle.sendPrepare(name, statement.sql) && handle.sendPrepared(name)
    case .replace(let old):
      return handle.send("DEALLOCATE \(RetainedStatements.serverName(old))", [])
        && handle.sendPrepare(name, statement.sql) && handle.sendPrepared(name)
    }
  }

  /// Reads all results of one statement; the last rows are the answer.
  ///
  /// - Throws: An error that ends the session.
  private mutating func receive(
    _ statement: PostgresStatement, _ deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Result<PostgresReply.Answer, PostgresError> {
    var answer: PostgresReply.Answer?
    var failure: PostgresError?
    var partsDone = 0
    reading: while true {
      try awaitOutcome(deadline)
      // libpq returns nil between the results of two statements.
      guard let outcome = handle.nextOutcome() else {
        guard handle.isBad else { continue }
        guard let failure else { throw lost() }
        throw failure.endsSession ? failure : failure.losingConnection
      }
      switch consume outcome {
      case .rows(let rows):
        answer = PostgresReply.Answer(rows)
        partsDone += 1
      case .copying: throw copying()
      case .synced: break reading
      case .aborted: break
      case .failed(let message, let state):
        failure = failure ?? PostgresError(statement: message, sqlState: state, settings: settings)
      }
    }
    if retained.isAllowed { retained.note(statement, partsDone: partsDone) }
    if let failure {
      if failure.endsSession { throw failure }
      if RetainedStatements.lostStates.contains(failure.sqlState ?? "") {
        retained.isAllowed = false
      }
      return .failure(failure)
    }
    guard let answer else { throw lost() }
    do throws(PostgresError) {
      try checkSize(answer.rows)
    } catch {
      return .failure(error)
    }
    return .success(answer)
  }
}
