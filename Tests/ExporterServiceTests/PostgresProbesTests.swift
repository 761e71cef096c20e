import Configuration
import ExporterConfiguration
import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

@testable import ExporterService

@Test func probesAnswerForDeclaredServersOnly() async throws {
  let server = try await ThrowawayPostgres.start()
  try await server.run("CREATE ROLE reader LOGIN PASSWORD 'secret'")
  let watched = PostgresServer(try PostgresSettings(parsing: server.url))
  let modules = [
    PostgresOptions.AuthModule(
      name: "readers", user: "reader", password: .inline("secret")),
    PostgresOptions.AuthModule(
      name: "wrong", user: "reader", password: .inline("guess")),
  ]
  let probes = PostgresProbes([watched], modules: modules, selection: PostgresSelection())
  func metrics(_ module: String?) async throws -> ExpositionText {
    let answer = await probes.answer(
      target: watched.label, authModule: module, within: .seconds(30))
    guard case .metrics(let bytes) = answer else {
      Issue.record("\(answer)")
      return ExpositionText("")
    }
    return ExpositionText(String(decoding: bytes, as: UTF8.self))
  }
  let own = try await metrics(nil)
  #expect(own.all("pg_up").map(\.labels) == [[:]], "no server label on /probe")
  #expect(own.value("pg_up") == 1)
  #expect(own.value("pg_database_size_bytes", ["datname": "postgres"]) ?? 0 > 0)
  #expect(own.strayLines.isEmpty)
  #expect(try await metrics("readers").value("pg_up") == 1)
  let left = try await server.run(
    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'")
  #expect(left == "0\n", "nothing stays open for a module")
  let wrong = try await metrics("wrong")
  #expect(wrong.value("pg_up") == 0)
  #expect(wrong.value("tocsin_postgres_up_reason", ["reason": "authentication"]) == 1)

  for (target, module) in [
    (watched.label, "unknown"), ("10.0.0.1:5432", "readers"), (nil, "readers"),
  ] as [(String?, String)] {
    guard
      case .refused = await probes.answer(
        target: target, authModule: module, within: .seconds(1))
    else {
      Issue.record("\(target ?? "") and \(module) are not refused")
      continue
    }
  }
  guard
    case .notOurs = await probes.answer(
      target: "10.0.0.1:5432", authModule: nil, within: .seconds(1))
  else {
    Issue.record("an undeclared target is taken for ours")
    return
  }
}
