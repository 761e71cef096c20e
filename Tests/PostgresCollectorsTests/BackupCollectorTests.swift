import CollectorCore
import PostgresCollectors
import TestSupport
import Testing

@Test func backupsAreMeasuredByTheNewest() async throws {
  let files = [
    BackupFile(path: "/b/3", size: 30, modified: 300),
    BackupFile(path: "/b/1", size: 100, modified: 100),
    BackupFile(path: "/b/2", size: 200, modified: 200),
  ]
  let collector = BackupCollector(
    [BackupSource(name: "nightly", pattern: "/b/*"), BackupSource(name: "gone", pattern: "/c/*")],
    list: { $0 == "/b/*" ? files : [] }, ending: { $0 == "/b/3" ? .truncated : .complete })
  let shown = try await scrape(collector)
  let nightly = ["backup": "nightly"]
  #expect(shown.value("tocsin_postgres_backup_files", nightly) == 3)
  #expect(shown.value("tocsin_postgres_backup_files", ["backup": "gone"]) == 0)
  #expect(shown.value("tocsin_postgres_backup_newest_timestamp_seconds", nightly) == 300)
  #expect(shown.value("tocsin_postgres_backup_newest_size_bytes", nightly) == 30)
  #expect(shown.value("tocsin_postgres_backup_newest_size_ratio", nightly) == 0.2)
  #expect(shown.value("tocsin_postgres_backup_newest_complete", nightly) == 0)
  #expect(shown.value("tocsin_postgres_backup_newest_age_seconds", nightly) ?? 0 > 1e9)
  #expect(shown.all("tocsin_postgres_backup_newest_complete").count == 1)
}

@Test(
  arguments: [
    (
      "--\n-- PostgreSQL database dump\n", "--\n-- PostgreSQL database dump complete\n--\n\n",
      .complete
    ),
    ("--\n-- PostgreSQL database dump\n", "INSERT INTO t VALUES (1", .truncated),
    (
      "--\n-- PostgreSQL database cluster dump\n", "-- PostgreSQL database cluster dump complete",
      .complete
    ),
    ("PGDMP\u{1}", "dump", .truncated), ("\u{1F}\u{8B}", "", nil), ("", "", .truncated),
  ] as [(String, String, BackupEnding?)])
func aDumpShowsItsEnd(head: String, tail: String, ending: BackupEnding?) {
  #expect(BackupEnding.of(head: Array(head.utf8), tail: Array(tail.utf8)) == ending)
}
