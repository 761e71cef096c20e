import CollectorCore
import Concurrency
import Glibc
import PostgresCollectors
import Synchronization
import TestSupport
import Testing

/// An inspector that finds the same ending in every file.
private func inspector(_ ending: BackupEnding) -> BackupInspector {
  BackupInspector(
    look: { _ in .ending(ending) }, read: { _, _ in nil }, wallTime: { 1_700_000_000 })
}

@Test func backupsAreMeasuredByTheNewest() async throws {
  let files = [
    BackupFile(path: "/b/3", size: 30, modified: 300),
    BackupFile(path: "/b/1", size: 100, modified: 100),
    BackupFile(path: "/b/2", size: 200, modified: 200),
  ]
  let collector = BackupCollector(
    [BackupSource(name: "nightly", pattern: "/b/*"), BackupSource(name: "gone", pattern: "/c/*")],
    list: { $0 == "/b/*" ? files : [] }, inspector: inspector(.truncated))
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
  let ending = ["backup": "nightly", "ending": "truncated"]
  #expect(shown.value("tocsin_postgres_backup_newest_ending_info", ending) == 1)
}

@Test(arguments: BackupEnding.allCases)
func unknownValuesAreAbsent(ending: BackupEnding) async throws {
  let collector = BackupCollector(
    [BackupSource(name: "a", pattern: "/a")],
    list: { _ in [BackupFile(path: "/a", size: 1, modified: 1)] }, inspector: inspector(ending))
  let shown = try await scrape(collector)
  let expected = ending.isComplete.map { $0 ? 1.0 : 0 }
  #expect(shown.value("tocsin_postgres_backup_newest_complete", ["backup": "a"]) == expected)
  let info = shown.all("tocsin_postgres_backup_newest_ending_info")
  #expect(info.count == 1 && info.first?.labels["ending"] == ending.rawValue)
}

@Test func aFolderThatHangsCostsOnlyItsOwnCollector() async throws {
  let isHung = Mutex(true)
  let collector = BackupCollector(
    [BackupSource(name: "a", pattern: "/a")],
    list: { _ in
      while isHung.withLock({ $0 }) { usleep(1_000) }
      return []
    }, inspector: inspector(.complete))
  for _ in 0..<3 {
    await #expect(throws: BlockingCallError.self) {
      try await scrape(collector, within: .milliseconds(50))
    }
  }
  isHung.withLock { $0 = false }
  try await eventually("the threads are back") { (try? await scrape(collector)) != nil }
}

@Test(
  arguments: [
    (
      "--\n-- PostgreSQL database dump\n", "--\n-- PostgreSQL database dump complete\n--\n\n",
      .complete
    ),
    (
      "SET a = b;\n--\n-- PostgreSQL database dump\n",
      "-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n", .complete
    ),
    ("--\n-- PostgreSQL database dump\n", "INSERT INTO t VALUES (1", .noEndMark),
    ("--\n-- PostgreSQL data", "--\n-- PostgreSQL data", .noEndMark),
    (
      "--\n-- PostgreSQL database cluster dump\n", "-- PostgreSQL database cluster dump complete",
      .complete
    ),
    (
      "--\n-- PostgreSQL database cluster dump\n", "--\n-- PostgreSQL database dump complete\n",
      .noEndMark
    ),
    ("-- MySQL dump 10.13\n", "-- Dump completed on 2026-11-21\n", .unknownFormat),
    ("PGDMP\u{1}", "dump", .truncated), ("PK\u{3}\u{4}", "", .unknownFormat), ("", "", .truncated),
  ] as [(String, String, BackupEnding)])
func aDumpShowsItsEnd(head: String, tail: String, ending: BackupEnding) {
  #expect(BackupEnding.of(head: Array(head.utf8), tail: Array(tail.utf8)) == ending)
}
