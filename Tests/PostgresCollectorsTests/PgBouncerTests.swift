import CollectorCore
import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

@Test func theAdminConsoleOfPgBouncerIsRead() async throws {
  let server = try await ThrowawayPostgres.start()
  let port = try FreePort.next()
  let folder = try TemporaryDirectory(prefix: "tocsin-pgbouncer", owner: "postgres")
  let users = try folder.write("\"watcher\" \"pw\"\n\"postgres\" \"throwaway\"\n", to: "users")
  let settings = try folder.write(
    """
    [databases]
    shop = host=127.0.0.1 port=\(server.port) dbname=postgres
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = \(port)
    auth_type = plain
    auth_file = \(users)
    stats_users = watcher
    unix_socket_dir =

    """, to: "pgbouncer.ini")
  let pooler = try ChildProcess.start("/usr/sbin/pgbouncer", [settings], user: "postgres")
  defer { pooler.terminate() }
  try await pooler.waitUntilAccepting(port: port)
  let watched = PostgresServer(
    try PostgresSettings(parsing: "postgresql://watcher:pw@127.0.0.1:\(port)/pgbouncer"))
  #expect(watched.isPooler)
  let scheduled = PostgresCollectors.scheduled(for: watched)
  #expect(scheduled.map(\.name) == ["pgbouncer@127.0.0.1:\(port)"])

  // A session through the pooler, which is itself an ordinary server.
  let (_, through) = try collector("postgresql://postgres:throwaway@127.0.0.1:\(port)/shop")
  #expect(try await scrape(through).value("pg_up") == 1)

  let shown = try await scrape(scheduled[0].collector)
  #expect(shown.value("pgbouncer_up") == 1)
  #expect(
    shown.value("pgbouncer_databases_pool_size", ["name": "shop", "database": "postgres"]) == 20)
  let pool = ["database": "shop", "user": "postgres"]
  #expect(shown.value("pgbouncer_pools_client_active_connections", pool) != nil)
  #expect(shown.value("pgbouncer_pools_client_maxwait_seconds", pool) == 0)
  for subsystem in ["stats", "stats_totals"] {
    let queries = "pgbouncer_\(subsystem)_queries_pooled_total"
    #expect(shown.value(queries, ["database": "shop"]) ?? 0 >= 1)
    #expect(shown.types[queries] == "counter")
  }
  #expect(shown.value("pgbouncer_used_clients") ?? 0 >= 1)
  #expect(shown.value("pgbouncer_config_max_client_connections") == 100)
  #expect(shown.all("pgbouncer_version_info").first?.labels["version"]?.hasPrefix("1.") == true)
  #expect(await watched.health().isUp)

  pooler.terminate()
  try await eventually("the pooler is gone") {
    let gone = try await scrape(scheduled[0].collector)
    return gone.value("pgbouncer_up") == 0 && gone.samples.count == 2
  }
}
