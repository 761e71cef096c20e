import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// A full disk stops neither samples nor alerts, and what waited is written later.
struct DiskFullTests {
  let up: Labels = ["__name__": "up"]

  @Test func samplesGoOnInMemoryAndAreWrittenWhenThereIsSpace() async throws {
    var settings = SampleStoreSettings.small
    settings.maximumFileBytes = 128 << 10
    let recorder = EventRecorder()
    let fixture = try await StoreFixture(settings: settings) { recorder.add($0) }
    let store = fixture.store
    var time: Int64 = 0
    while store.stats.writeErrors == 0 {
      time += 1
      try await appendNoise(store, at: time)
      try #require(time < 5000)
    }
    for _ in 0..<20 {
      time += 1
      #expect(try await appendNoise(store, at: time).appended == 40)
    }
    #expect(try await store.samples()[Labels(name: "m", [("n", "7")])]?.count == Int(time))
    #expect(store.stats.pendingBatches >= 20)
    let error = try #require(store.stats.lastError)
    #expect(error.contains("samples.db: the disk is full; free some space"))
    #expect(recorder.all.count == 1)

    try store.database.limit(bytes: 1 << 30)
    await store.maintain(now: Timestamp(rawValue: time))
    #expect(store.stats.pendingBatches == 0)
    #expect(store.stats.lastError == nil)
    #expect(recorder.all.last == .recovered(batchesGivenUp: 0))
    let again = try await fixture.afterKill()
    #expect(try await again.samples()[Labels(name: "m", [("n", "7")])]?.count == Int(time))
  }

  @Test func waitingBatchesAreBounded() async throws {
    var settings = SampleStoreSettings()
    settings.maximumFileBytes = 128 << 10
    settings.maximumPendingBytes = 20 << 10
    let recorder = EventRecorder()
    let fixture = try await StoreFixture(settings: settings) { recorder.add($0) }
    for time in 1...500 as ClosedRange<Int64> { try await appendNoise(fixture.store, at: time) }
    let stats = fixture.store.stats
    #expect(stats.batchesGivenUp > 0)
    #expect(stats.pendingBytes <= settings.maximumPendingBytes)
    #expect(try await fixture.store.samples()[Labels(name: "m", [("n", "7")])]?.count == 500)
    try fixture.store.database.limit(bytes: 1 << 30)
    try await fixture.store.append(up, [(1, 1)])
    #expect(recorder.all.last == .recovered(batchesGivenUp: stats.batchesGivenUp))
  }

  @Test func expiredChunksFreeSpaceOnAFullDisk() async throws {
    var settings = SampleStoreSettings.small
    settings.maximumFileBytes = 256 << 10
    settings.retention = .seconds(300)
    let fixture = try await StoreFixture(settings: settings)
    var time: Int64 = 0
    while fixture.store.stats.writeErrors == 0 {
      time += 1000
      try await appendNoise(fixture.store, at: time)
    }
    await fixture.store.maintain(now: Timestamp(rawValue: time + 250_000))
    await fixture.store.maintain(now: Timestamp(rawValue: time + 500_000))
    await fixture.store.maintain(now: Timestamp(rawValue: time + 500_000))
    #expect(fixture.store.stats.pendingBatches == 0)
    #expect(fixture.store.stats.lastError == nil)
  }

  @discardableResult
  private func appendNoise(_ store: SampleStore, at time: Int64) async throws -> AppendOutcome {
    var random = RepeatableRandom(seed: UInt64(time))
    let labels = (0..<40).map { Labels(name: "m", [("n", "\($0)")]) }
    var batch = SampleBatch()
    for id in try await store.series(for: labels) {
      batch.append(
        id, at: Timestamp(rawValue: time), Double.random(in: 0...1, using: &random))
    }
    return try await store.append(batch)
  }
}
