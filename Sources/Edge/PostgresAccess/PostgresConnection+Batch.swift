/// One of several statements that are asked together; it has no parameters.
package struct PostgresStatement: Sendable, Equatable {
  /// What the server keeps it under, so that it is parsed and planned only once in a session. A
  /// statement that changed its text takes the place of the one before.
  package let name: String
  /// Its text.
  package let sql: String

  /// Makes a statement.
  package init(name: String, sql: String) {
    self.name = name
    self.sql = sql
  }
}

/// What one of several statements was answered.
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
  /// How long it was waited for.
  package let took: Duration
}

/// The statements that the server keeps for a session: names and texts.
struct RetainedStatements {
  /// Whether the session takes statements to keep. Behind a pooler that gives each transaction
  /// another server, what was kept is gone at the next.
  var isAllowed = true
  private var texts: [String: String] = [:]

  /// The name on the server: no other text has it, not even that of another program behind the same
  /// pooler.
  static func serverName(_ statement: PostgresStatement) -> String {
    "tocsin_\(String(UInt(bitPattern: statement.sql.hashValue), radix: 36))"
  }

  /// What has to be sent for a statement.
  enum Step: Equatable {
    case execute
    case prepare
    /// Another text had the name.
    case replace(PostgresStatement)
  }

  func step(for statement: PostgresStatement) -> Step {
    guard let text = texts[statement.name] else { return .prepare }
    guard text != statement.sql else { return .execute }
    return .replace(PostgresStatement(name: statement.name, sql: text))
  }

  /// Notes what the server keeps after it did so many parts of a statement's step.
  mutating func note(_ statement: PostgresStatement, partsDone: Int) {
    switch (step(for: statement), partsDone) {
    case (.execute, _), (.prepare, 0), (.replace, 0): break
    case (.replace, 1): texts[statement.name] = nil
    case (.prepare, _), (.replace, _): texts[statement.name] = statement.sql
    }
  }

  /// Errors that say that the server did not keep a statement, or that its columns are others now.
  static let lostStates: Set = ["26000", "42P05", "0A000"]
}

extension PostgresConnection {
  /// Asks several statements at once and gathers their answers: one trip to the server instead of one
  /// for each.
  ///
  /// Each stands for itself: an error of one costs the others nothing. If the connection breaks, or at
  /// the deadline, the reply of the statement under way is the last; the session is then closed.
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
      // What was asked for of the session before this one.
      _ = try query("SELECT", deadline: deadline)
    }
    guard handle.enterPipeline() else { throw lost() }
    let keeps = kept.isAllowed
    for statement in statements {
      guard send(statement, keeping: keeps), handle.sendSync() else { throw lost() }
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

  private func send(_ statement: PostgresStatement, keeping: Bool) -> Bool {
    guard keeping else {
      if let preamble = inForce.preamble, !handle.send(preamble, []) { return false }
      return handle.send(statement.sql, [])
    }
    let name = RetainedStatements.serverName(statement)
    switch kept.step(for: statement) {
    case .execute: return handle.sendPrepared(name)
    case .prepare: return handle.sendPrepare(name, statement.sql) && handle.sendPrepared(name)
    case .replace(let old):
      return handle.send("DEALLOCATE \(RetainedStatements.serverName(old))", [])
        && handle.sendPrepare(name, statement.sql) && handle.sendPrepared(name)
    }
  }

  /// Reads the outcomes of one statement up to its end; the last rows are the answer. Throws what ends
  /// the session.
  private mutating func receive(
    _ statement: PostgresStatement, _ deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Result<PostgresReply.Answer, PostgresError> {
    var answer: PostgresReply.Answer?
    var failure: PostgresError?
    var partsDone = 0
    reading: while true {
      try awaitOutcome(deadline)
      // Between the outcomes of a statement and the next there is a pause, which is none.
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
    if kept.isAllowed { kept.note(statement, partsDone: partsDone) }
    if let failure {
      if failure.endsSession { throw failure }
      if RetainedStatements.lostStates.contains(failure.sqlState ?? "") { kept.isAllowed = false }
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
