package import PostgresAccess
import Synchronization

/// One PostgreSQL server that is watched: its kept session, a second one for slow statements, and
/// what is known of it.
package final class PostgresServer: Sendable {
  /// The value of the `server` label.
  package let label: String
  /// Where the server is.
  package let settings: PostgresSettings

  let session: PostgresSession
  let slowSession: PostgresSession
  /// The right to hold the one connection for slow work.
  let slowTurn = ConnectionTurn()
  private let lastLook = Mutex<Look?>(nil)

  private struct Look {
    let at: ContinuousClock.Instant
    let outcome: Result<PostgresStatus, PostgresError>
  }

  /// Makes a server; nothing is connected yet. `label` replaces the usual `host:port`.
  package init(_ settings: PostgresSettings, label: String? = nil) {
    self.settings = settings
    self.label = label ?? settings.serverLabel
    session = PostgresSession(settings, name: "pg \(self.label)")
    var patient = settings
    patient.session.statementTimeout = .seconds(120)
    slowSession = PostgresSession(patient, name: "pg-slow \(self.label)")
  }

  /// Logs in if need be and runs one statement: the proof that the server is up.
  ///
  /// The statement also sets the time that each further statement of this scrape may take, so that
  /// a slow one is ended by the server itself and the session lives on.
  package func verify(
    deadline: ContinuousClock.Instant, statementTimeout: Duration? = nil
  ) async throws(PostgresError) -> PostgresStatus {
    let started = ContinuousClock.now
    do throws(PostgresError) {
      let timeout = statementTimeout ?? settings.session.statementTimeout
      let result = try await session.query(
        Self.verification, ["\(Int64((timeout / .milliseconds(1)).rounded(.up)))"],
        deadline: deadline)
      let status = PostgresStatus(
        version: session.state.serverVersion ?? 0,
        versionText: session.state.serverVersionText ?? "",
        fullVersion: result.string(0, 1) ?? "", isStandby: result.double(0, 2) == 1)
      note(.success(status))
      return status
    } catch {
      // Others kept the session busy until our time was over, and were answered: nobody can say
      // that the server is down.
      let answered = session.state.lastAnswer.map { $0 >= started } ?? false
      if error.reason != .timeout || !answered { note(.failure(error)) }
      throw error
    }
  }

  private static let verification =
    "SELECT pg_catalog.set_config('statement_timeout', $1, false), pg_catalog.version(),"
    + " pg_catalog.pg_is_in_recovery()"

  private func note(_ outcome: Result<PostgresStatus, PostgresError>) {
    lastLook.withLock { $0 = Look(at: .now, outcome: outcome) }
  }

  /// How the server is, for a health page: what the last look said, or a new look if that was more
  /// than `age` ago.
  package func health(
    within budget: Duration = .seconds(2), age: Duration = .seconds(15)
  ) async -> PostgresHealth {
    let known = lastLook.withLock { $0 }
    if let known, known.at.duration(to: .now) <= age { return PostgresHealth(known.outcome) }
    do throws(PostgresError) {
      return PostgresHealth(.success(try await verify(deadline: .now + budget)))
    } catch {
      return PostgresHealth(.failure(error))
    }
  }
}

/// What a server that is up says of itself.
package struct PostgresStatus: Sendable, Equatable {
  /// The version as a number, 150020 for 15.20.
  package let version: Int
  /// The version as the server writes it, for instance `15.20 (Debian 15.20-0+deb12u1)`.
  package let versionText: String
  /// What `version()` says.
  package let fullVersion: String
  /// Whether the server is in recovery: a standby, or still starting.
  package let isStandby: Bool

  /// The version with three numbers, `15.20.0`.
  package var shortVersion: String { "\(version / 10_000).\(version % 10_000).0" }
}

/// How a server is, for a health page.
package struct PostgresHealth: Sendable, Equatable {
  /// Whether the server answered.
  package let isUp: Bool
  /// Its version, if it ever told.
  package let version: String?
  /// Why it is down, a word of ``PostgresError/Reason``; nil while it is up.
  package let reason: String?
  /// The error in full, without secrets; nil while it is up.
  package let message: String?

  init(_ outcome: Result<PostgresStatus, PostgresError>) {
    switch outcome {
    case .success(let status):
      (isUp, version, reason, message) = (true, status.versionText, nil, nil)
    case .failure(let error):
      (isUp, version, reason, message) = (false, nil, error.reason.rawValue, "\(error)")
    }
  }
}
