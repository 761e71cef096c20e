import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import SampleStore

/// What was acknowledged is there after the process is killed.
struct RestartTests {
  @Test(arguments: UInt64(1)...12)
  func nothingAcknowledgedIsLostAtAnyKill(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let fixture = try await StoreFixture(settings: .small)
    var acknowledged: [Labels: SampleColumns] = [:]
    var now: Int64 = -20_000
    var ids: [(labels: Labels, id: SeriesID)] = []
    for round in 0..<120 {
      if ids.count < 12, Int.random(in: 0...4, using: &random) == 0 {
        let labels = Labels(name: "m", [("n", "\(ids.count)")])
        ids.append((labels, try await fixture.store.series(for: [labels])[0]))
      }
      now += Int64.random(in: 1...9000, using: &random)
      var batch = SampleBatch()
      for (labels, id) in ids where Int.random(in: 0...3, using: &random) > 0 {
        for step in 0..<Int64.random(in: 1...3, using: &random) {
          let value = Bool.random(using: &random) ? Double(round) : StaleMarker.value
          batch.append(id, at: Timestamp(rawValue: now + step), value)
          acknowledged[labels, default: SampleColumns()].append(
            Timestamp(rawValue: now + step), value)
        }
      }
      now += 3
      let outcome = try await fixture.store.append(batch)
      #expect(outcome.appended == batch.count)
      if Int.random(in: 0...9, using: &random) == 0 {
        await fixture.store.maintain(now: Timestamp(rawValue: now))
      }
      if Int.random(in: 0...11, using: &random) == 0 {
        try await expect(fixture.afterKill(settings: .small), holds: acknowledged)
      }
    }
    try await expect(fixture.store, holds: acknowledged)
    try await expect(fixture.afterKill(settings: .small), holds: acknowledged)
  }

  @Test func nothingAcknowledgedIsLostWhileOthersWrite() async throws {
    let fixture = try await StoreFixture(settings: .small)
    let acknowledged = AcknowledgedTimes()
    try await withThrowingTaskGroup { group in
      for writer in 0..<3 {
        group.addTask {
          let labels = (0..<10).map { Labels(name: "m\(writer)", [("n", "\($0)")]) }
          let ids = try await fixture.store.series(for: labels)
          var time: Int64 = 0
          while !Task.isCancelled {
            time += 1
            var batch = SampleBatch()
            for id in ids { batch.append(id, at: Timestamp(rawValue: time), Double(time)) }
            _ = try await fixture.store.append(batch)
            acknowledged.note(writer, time)
          }
        }
      }
      try await eventually("all writers have written") { acknowledged.times.count == 3 }
      for _ in 0..<8 {
        let before = acknowledged.times
        let found = try await fixture.afterKill(settings: .small).samples()
        for (writer, time) in before {
          for number in 0..<10 {
            let labels = Labels(name: "m\(writer)", [("n", "\(number)")])
            let times = found[labels]?.timestamps ?? []
            #expect(times.count >= time && times == (1...Int64(times.count)).map { $0 })
          }
        }
      }
      group.cancelAll()
    }
  }

  @Test func aRestartedStoreGoesOn() async throws {
    let directory = try TemporaryDirectory()
    // One lock for all: a closed store, and its lock, may outlive its last call for a moment.
    let folder = try StorageFolder(path: directory.file("data"))
    let up: Labels = ["__name__": "up"]
    var expected: [[Double]] = []
    for start in 0..<4 {
      let store = try await SampleStore.open(in: folder, settings: .small)
      #expect(try await store.samples(of: up) == expected)
      let samples = (0..<11).map { (Int64(start * 100 + $0), Double(start)) }
      try await store.append(up, samples)
      expected += samples.map { [Double($0.0), $0.1] }
      #expect(try await store.samples(of: up) == expected)
      if start == 1 { await store.maintain(now: Timestamp(rawValue: 1_000_000)) }
      try await store.close()
    }
  }

  @Test func theWALIsTruncatedAfterTheSealedChunks() async throws {
    let fixture = try await StoreFixture(settings: .small)
    let busy: Labels = ["__name__": "busy"]
    let idle: Labels = ["__name__": "idle"]
    try await fixture.store.append(idle, [(0, 1)])
    for step in 1...40 { try await fixture.store.append(busy, [(Int64(step) * 1000, 2)]) }
    let before = try fixture.store.database.counts()
    #expect(before.rows == 41)
    await fixture.store.maintain(now: Timestamp(rawValue: 41_000))
    // The idle series still needs the first batch.
    #expect(try fixture.store.database.counts().rows == 41)
    await fixture.store.maintain(now: Timestamp(rawValue: 150_000))
    #expect(try fixture.store.database.counts().rows == 0)
    let again = try await fixture.afterKill(settings: .small)
    #expect(try await again.samples(of: idle) == [[0, 1]])
    #expect(try await again.samples(of: busy).count == 40)
    #expect(again.stats.samplesReplayed == 0)
  }

  @Test func aDamagedBatchIsLeftOutAndReported() async throws {
    let fixture = try await StoreFixture()
    let up: Labels = ["__name__": "up"]
    try await fixture.store.append(up, [(1, 1)])
    var writes = WALWrites()
    writes.rows = [WALRecord(sequence: 50, checksum: 1, samples: [1, 2, 3])]
    writes.newSeries = [SeriesRow(key: SeriesKey(rawValue: 90), labels: [9, 9], checksum: 0)]
    try await fixture.store.database.commit(writes)
    let recorder = EventRecorder()
    let again = try await fixture.afterKill { recorder.add($0) }
    #expect(try await again.samples(of: up) == [[1, 1]])
    #expect(again.stats.damaged == 2)
    #expect(
      again.stats.lastError == "samples.db: batch 50 of the WAL is damaged and was left out")
    #expect(recorder.all.count == 1)
    // The next batch does not collide with the damaged one.
    try await again.append(up, [(2, 2)])
    #expect(try await again.samples(of: up) == [[1, 1], [2, 2]])
  }

  @Test func aDamagedChunkIsLeftOutAndTheRestIsServed() async throws {
    let fixture = try await StoreFixture(settings: .small)
    let up: Labels = ["__name__": "up"]
    try await fixture.store.append(up, (100..<140).map { ($0, 1) })
    var writes = WALWrites()
    writes.chunks = [
      ChunkRow(
        number: 900, series: SeriesKey(rawValue: 1), first: Timestamp(rawValue: 0),
        last: Timestamp(rawValue: 50), count: 5, encoding: 1, checksum: 3, samples: [1, 2, 3])
    ]
    try await fixture.store.database.commit(writes)
    let again = try await fixture.afterKill(settings: .small)
    #expect(try await again.samples(of: up).count == 40)
    #expect(again.stats.damaged == 1)
    #expect(
      again.stats.lastError
        == "samples.db: the chunk of series 1 that begins at 1970-01-01T00:00:00.000Z is damaged "
        + "and was left out")
  }

  private func expect(
    _ store: SampleStore, holds acknowledged: [Labels: SampleColumns],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let found = try await store.samples()
    #expect(Set(found.keys) == Set(acknowledged.keys), sourceLocation: sourceLocation)
    for (labels, columns) in acknowledged {
      expectSame(found[labels] ?? SampleColumns(), columns, sourceLocation: sourceLocation)
    }
  }
}

/// The time up to which each writer's samples are acknowledged.
private final class AcknowledgedTimes: Sendable {
  private let state = Mutex<[Int: Int64]>([:])

  var times: [Int: Int64] { state.withLock { $0 } }

  func note(_ writer: Int, _ time: Int64) { state.withLock { $0[writer] = time } }
}
