import Testing

@testable import PostgresCollectors

private func file(_ path: String, modified: Double = 1_000) -> BackupFile {
  BackupFile(path: path, size: 100, modified: modified)
}

@Suite struct BackupInspectionTests {
  @Test(arguments: [
    (BackupEnding.truncated, 30.0, BackupEnding.settling), (.truncated, 599, .settling),
    (.truncated, 600, .truncated), (.damaged, 599, .settling), (.noEndMark, 601, .noEndMark),
    // An end mark is final, and an unknown format stays unknown.
    (.complete, 0, .complete), (.unknownFormat, 0, .unknownFormat),
    // The clock was set back.
    (.truncated, -3_600, .truncated),
  ])
  func aFileIsNotCalledBrokenWhileItMayBeWritten(
    ending: BackupEnding, age: Double, shown: BackupEnding
  ) {
    var inspection = BackupInspection()
    let file = file("a")
    inspection.note(file, ending)
    #expect(inspection.ending(of: file, at: 1_000 + age) == shown)
  }

  @Test func aCompressedFileIsReadOnceItIsCalm() {
    var inspection = BackupInspection()
    let dump = file("a")
    inspection.note(dump, nil)
    #expect(inspection.begin(at: 1_059) == nil)
    #expect(inspection.ending(of: dump, at: 1_059) == .reading)
    #expect(inspection.progress(of: dump) == 0)
    #expect(inspection.begin(at: 1_060) == dump)
    inspection.advance(to: 25)
    #expect(inspection.progress(of: dump) == 0.25)
    #expect(inspection.begin(at: 1_060) == nil, "one at a time")
    inspection.finish(.complete)
    #expect(inspection.ending(of: dump, at: 1_060) == .complete)
    #expect(inspection.progress(of: dump) == nil)
    #expect(!inspection.isNew(dump) && inspection.begin(at: 9_000) == nil, "once")
  }

  @Test func aFileThatChangedIsAnotherOne() {
    var inspection = BackupInspection()
    let (before, after) = (file("a"), file("a", modified: 1_001))
    inspection.note(before, nil)
    #expect(inspection.begin(at: 2_000) == before)
    inspection.retain([after])
    #expect(inspection.isNew(after))
    inspection.note(after, nil)
    inspection.finish(.damaged)
    #expect(inspection.ending(of: after, at: 2_000) == .reading, "that was the other")
    #expect(inspection.begin(at: 2_000) == after)
    inspection.finish(nil)
    #expect(inspection.begin(at: 2_060) == after, "reading it once more")
  }

  @Test func unreadableFilesAreTriedAgain() {
    var inspection = BackupInspection()
    let dump = file("a")
    inspection.note(dump, .unreadable)
    #expect(inspection.ending(of: dump, at: 2_000) == .unreadable)
    #expect(inspection.isNew(dump))
    inspection.note(dump, .complete)
    #expect(inspection.ending(of: dump, at: 2_000) == .complete)
  }
}
