@testable import PostgresAccess
import Testing

private let settings = try? PostgresSettings(parsing: "postgresql://u:open-sesame@h/app")

@Test(
  arguments: [
    (
      "connection to server at \"h\" (::1), port 1 failed: FATAL:  28P01: password authentication failed for user \"u\"\nLOCATION: x",
      .authentication, "28P01"
    ),
    ("... failed: FATAL:  53300: sorry, too many clients already", .tooManyConnections, "53300"),
    ("... failed: FATAL:  57P03: the database system is starting up", .startingUp, "57P03"),
    ("... failed: FATAL:  57P01: terminating connection", .shuttingDown, "57P01"),
    ("... failed: FATAL:  3D000: database \"x\" does not exist", .unknownDatabase, "3D000"),
    ("... failed: FATAL:  28000: no pg_hba.conf entry for host, SSL off", .authentication, "28000"),
    ("... failed: FATAL:  42704: unrecognized configuration parameter", .configuration, "42704"),
    ("... failed: Connection refused\n\tIs the server running?", .refused, nil),
    ("... failed: fe_sendauth: no password supplied", .authentication, nil),
    ("... failed: server does not support SSL, but SSL was required", .tls, nil),
    ("root certificate file \"/root.crt\" does not exist", .tls, nil),
    ("... failed: No route to host", .unreachable, nil),
    ("... failed: server closed the connection unexpectedly", .connectionLost, nil),
    ("expected authentication request from server, but received H", .connectionLost, nil),
  ] as [(String, PostgresError.Reason, String?)])
func connectionFailuresHaveAReason(text: String, reason: PostgresError.Reason, state: String?)
  throws
{
  let error = PostgresError(connecting: text, settings: try #require(settings))
  #expect(error.reason == reason)
  #expect(error.sqlState == state)
  #expect(!error.message.contains("\n"))
  #expect(error.endsSession)
}

@Test(
  arguments: [
    ("57014", .canceled, false), ("40001", .recoveryConflict, false),
    ("55P03", .lockTimeout, false), ("42501", .permissionDenied, false),
    ("42601", .statement, false),
    ("57P01", .shuttingDown, true), ("08006", .connectionLost, true), (nil, .connectionLost, true),
  ] as [(String?, PostgresError.Reason, Bool)])
func statementFailuresHaveAReason(state: String?, reason: PostgresError.Reason, ends: Bool) throws {
  let error = PostgresError(statement: "x", sqlState: state, settings: try #require(settings))
  #expect(error.reason == reason)
  #expect(error.endsSession == ends)
}

@Test func messagesAreShortAndHoldNoSecret() throws {
  let settings = try #require(settings)
  let text = "bad open-sesame " + String(repeating: "x", count: 2_000)
  let error = PostgresError(statement: text, sqlState: "42601", settings: settings)
  #expect(error.message.utf8.count < 600)
  #expect(!error.message.contains("sesame"))
}

@Test func newerServersGetMoreSettings() {
  let session = SessionSettings()
  let names = [130_000, 140_000, 150_000].map { session.values(forVersion: $0).map(\.name) }
  #expect(names[1].count == names[0].count + 1)
  #expect(names[2].last == "stats_fetch_consistency")
  #expect(
    SessionSettings.statement(setting: [("a", "b"), ("c", #"d'\e"#)], forTransaction: "true")
      == #"SELECT pg_catalog.set_config(E'a', E'b', true), pg_catalog.set_config(E'c', E'd\'\\e', true)"#
  )
}
