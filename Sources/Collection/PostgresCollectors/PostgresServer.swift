import Concurrency
package import PostgresAccess
import Synchronization

/// One monitored PostgreSQL server: its persistent session, a second one for slow statements, and
/// its state.
package final class PostgresServer: Sendable {
  /// The value of the `server` label.
  package let label: String
  /// The connection settings.
  package let settings: PostgresSettings

  let session: PostgresSession
  let slowSession: PostgresSession
  /// The right to hold the one connection for slow work.
  let slowConnection = AsyncMutex()
  private let refresh: @Sendable () -> PostgresSettings?
  private let lastLook = Mutex<Look?>(nil)

  private struct Look {
    let at: ContinuousClock.Instant
    let outcome: Result<PostgresStatus, PostgresError>
  }

  /// Makes a server; nothing is connected yet. `label` replaces the usual `host:port`.
  ///
  /// `refresh` reads the settings again after the server refused the login: a password file may
  /// have been replaced.
  package init(
    _ settings: PostgresSettings, label: String? = nil,
    refresh: (@Sendable () -> PostgresSettings?)? = nil
  ) {
    var settings = settings
    let isPooler = settings["dbname"] == "pgbouncer"
    settings.session.isConsole = isPooler
    let given = refresh
    let refresh: @Sendable () -> PostgresSettings? = {
      var renewed = given?()
      renewed?.session.isConsole = isPooler
      return renewed
    }
    self.settings = settings
    self.label = label ?? settings.serverLabel
    self.refresh = refresh
    session = PostgresSession(settings, name: "pg \(self.label)", refresh: refresh)
    slowSession = PostgresSession(
      Self.patient(settings), name: "pg-slow \(self.label)",
      refresh: { refresh().map { Self.patient($0) } })
  }

  /// The settings for statements that may take long.
  private static func patient(_ settings: PostgresSettings) -> PostgresSettings {
    var patient = settings
    patient.session.statementTimeout = .seconds(120)
    return patient
  }

  /// A session to another database of the server, not open yet.
  func session(to database: String) -> PostgresSession {
    let refresh: @Sendable () -> PostgresSettings? = { [refresh] in
      refresh().map { Self.patient($0).setting("dbname", database) }
    }
    return PostgresSession(
      slowSession.settings.setting("dbname", database), name: "pg-db \(label)", refresh: refresh)
  }

  /// Whether this is the admin console of a PgBouncer: its database always has that name.
  package var isPooler: Bool { settings.session.isConsole }

  /// Logs in if necessary and runs one statement: the proof that the server is up.
  ///
  /// The statement also sets the time that each further statement of this scrape may take, so that
  /// the server itself ends a slow one and the session survives.
  package func verify(
    deadline: ContinuousClock.Instant, statementTimeout: Duration? = nil
  ) async throws(PostgresError) -> PostgresStatus {
    let started = ContinuousClock.now
    do throws(PostgresError) {
      let status = try await Self.status(
        of: session, deadline: deadline,
        statementTimeout: statementTimeout ?? settings.session.statementTimeout)
      note(.success(status))
      return status
    } catch {
      // Others occupied the session until our time was over, and were answered: the server cannot
      // be called down.
      let answered = session.state.lastAnswer.map { $0 >= started } ?? false
      if error.reason != .timeout || !answered { note(.failure(error)) }
      throw error
    }
  }

  /// Queries the identity of a session's server.
  static func status(
    of session: PostgresSession, deadline: ContinuousClock.Instant, statementTimeout: Duration
  ) async throws(PostgresError) -> PostgresStatus {
    guard !session.settings.session.isConsole else {
      _ = try await session.query("SHOW LISTS", deadline: deadline)
      return PostgresStatus(version: 0, versionText: session.state.serverVersionText ?? "")
    }
    // Rounded, so that the session's setting need not change with every scrape.
    let timeout = max(1, Int64((statementTimeout / .milliseconds(100)).rounded(.up))) * 100
    let result = try await session.query(
      verification, deadline: deadline, adjusting: ["statement_timeout": "\(timeout)"])
    return PostgresStatus(
      version: session.state.serverVersion ?? 0,
      versionText: session.state.serverVersionText ?? "",
      fullVersion: result.string(0, 0) ?? "", isStandby: result.double(0, 1) == 1,
      database: result.string(0, 2) ?? "",
      extensions: PostgresStatus.extensions(listed: result.string(0, 3) ?? ""))
  }

  private static let verification = """
    SELECT pg_catalog.version(), pg_catalog.pg_is_in_recovery(), pg_catalog.current_database(),
      (SELECT pg_catalog.string_agg(e.extname || ' ' || e.extversion || ' '
          || pg_catalog.quote_ident(n.nspname), E'\\n')
        FROM pg_catalog.pg_extension e
        JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname IN ('pg_stat_statements', 'pg_buffercache'))
    """

  private func note(_ outcome: Result<PostgresStatus, PostgresError>) {
    lastLook.withLock { $0 = Look(at: .now, outcome: outcome) }
  }

  /// The server's health for a health page: from the last check, or from a new one if that was more
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

/// The properties of a server that is up.
package struct PostgresStatus: Sendable, Equatable {
  /// The version as a number, 150020 for 15.20.
  package let version: Int
  /// The version as the server writes it, for instance `15.20 (Debian 15.20-0+deb12u1)`.
  package let versionText: String
  /// The result of `version()`.
  package let fullVersion: String
  /// Whether the server is in recovery: a standby, or still starting.
  package let isStandby: Bool
  /// The connected database.
  package let database: String
  /// The relevant extensions of the connected database, by name.
  package let extensions: [String: PostgresExtension]

  /// Makes a status; for tests of servers that are not available.
  package init(
    version: Int, versionText: String = "", fullVersion: String = "", isStandby: Bool = false,
    database: String = "postgres", extensions: [String: PostgresExtension] = [:]
  ) {
    self.version = version
    self.versionText = versionText
    self.fullVersion = fullVersion
    self.isStandby = isStandby
    self.database = database
    self.extensions = extensions
  }

  /// Parses lines of name, version and quoted schema.
  static func extensions(listed text: String) -> [String: PostgresExtension] {
    var found: [String: PostgresExtension] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 2)
      guard parts.count == 3 else { continue }
      let numbers = parts[1].split(separator: ".").map { Int($0) ?? 0 }
      found[String(parts[0])] = PostgresExtension(
        major: numbers.first ?? 0, minor: numbers.count > 1 ? numbers[1] : 0,
        schema: String(parts[2]))
    }
    return found
  }

  /// The version with three numbers, `15.20.0`.
  package var shortVersion: String { "\(version / 10_000).\(version % 10_000).0" }
}

/// An extension as it is installed in a database: its own version determines its columns, not the
/// server's.
package struct PostgresExtension: Sendable, Hashable {
  /// 1 of version 1.10.
  package let major: Int
  /// 10 of version 1.10.
  package let minor: Int
  /// The schema that contains its views, quoted for SQL.
  package let schema: String

  /// Makes an extension.
  package init(major: Int, minor: Int, schema: String) {
    self.major = major
    self.minor = minor
    self.schema = schema
  }

  /// Whether the version is at least this one.
  package func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
    (self.major, self.minor) >= (major, minor)
  }
}

/// A server's health, for a health page.
package struct PostgresHealth: Sendable, Equatable {
  /// Whether the server answered.
  package let isUp: Bool
  /// Its version, if it ever reported one.
  package let version: String?
  /// Why it is down, a word of `PostgresError.Reason`; nil while it is up.
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
