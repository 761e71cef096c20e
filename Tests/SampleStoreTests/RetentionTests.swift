import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// Expired samples are removed, and so are series without samples.
struct RetentionTests {
  private func settings() -> SampleStoreSettings {
    var settings = SampleStoreSettings.small
    settings.retention = .seconds(1000)
    return settings
  }

  @Test func expiredChunksAreDroppedEverywhere() async throws {
    let fixture = try await StoreFixture(settings: settings())
    let up: Labels = ["__name__": "up"]
    for step in 0..<200 { try await fixture.store.append(up, [(Int64(step) * 10_000, 1)]) }
    let now = Timestamp(rawValue: 2_000_000)
    await fixture.store.maintain(now: now)
    let retained = try await fixture.store.samples(of: up)
    #expect(retained.count >= 100 && retained.count < 110)
    #expect(retained.last == [1_990_000, 1])
    #expect(fixture.store.stats.chunksExpired > 10)
    let again = try await fixture.afterKill(settings: settings())
    #expect(try await again.samples(of: up) == retained)
  }

  @Test func theOldestChunksGoWhenTheFileIsLargerThanItMayBe() async throws {
    var settings = settings()
    settings.retention = .seconds(1_000_000)
    settings.retentionBytes = 1 << 20
    let fixture = try await StoreFixture(settings: settings)
    var random = RepeatableRandom(seed: 1)
    let labels = (0..<200).map { Labels(name: "m", [("n", "\($0)")]) }
    let ids = try await fixture.store.series(for: labels)
    for step in 0..<400 {
      var batch = SampleBatch()
      for id in ids {
        batch.append(
          id, at: Timestamp(rawValue: Int64(step) * 1000), Double.random(in: 0...1, using: &random))
      }
      _ = try await fixture.store.append(batch)
    }
    // Write-ahead records stay while open chunks need them: 100 seconds of them.
    #expect(try fixture.store.database.usedBytes() > 1_500_000)
    for _ in 0..<3 { await fixture.store.maintain(now: Timestamp(rawValue: 600_000)) }
    #expect(try fixture.store.database.usedBytes() < 1_200_000)
    let retained = try await fixture.store.samples()
    #expect(retained.count == 200)
    for columns in retained.values {
      #expect(columns.timestamps.last == 399_000)
      #expect(columns.count < 380)
    }
  }

  @Test func freePagesAreGivenBackToTheFileSystem() async throws {
    var settings = SampleStoreSettings()
    settings.retention = .seconds(1000)
    settings.spareBytes = 64 << 10
    let fixture = try await StoreFixture(settings: settings)
    var random = RepeatableRandom(seed: 1)
    var noise: [(Int64, Double)] = []
    for step in 0..<100_000 {
      noise.append((Int64(step) * 10, Double.random(in: 0...1, using: &random)))
    }
    try await fixture.store.append(["__name__": "up"], noise)
    // Sealed chunks, and the write-ahead records that were not yet dropped.
    let before = try fixture.store.database.usedBytes()
    #expect(before > 800_000)
    for _ in 0..<2 { await fixture.store.maintain(now: Timestamp(rawValue: 9_000_000)) }
    #expect(fixture.store.stats.bytesGivenBack > before / 2)
    #expect(try fixture.store.database.freePages() <= 8)
  }

  @Test func seriesWithoutSamplesGoAtTheSecondLook() async throws {
    let fixture = try await StoreFixture(settings: settings())
    let store = fixture.store
    let gone: Labels = ["__name__": "gone"]
    let stays: Labels = ["__name__": "stays"]
    let id = try await store.series(for: [gone])[0]
    try await store.append(gone, [(1000, 1)])
    try await store.append(stays, [(5_000_000, 1)])
    let now = Timestamp(rawValue: 5_000_000)
    await store.maintain(now: now)
    #expect(store.stats.series == 2)
    #expect(try await store.samples(of: gone) == [])
    await store.maintain(now: now)
    #expect(store.stats.series == 1)
    #expect(store.stats.seriesRemoved == 1)
    #expect(try await store.labelValues(of: "__name__", []) == ["stays"])

    var batch = SampleBatch()
    batch.append(id, at: now, 1)
    #expect(try await store.append(batch).unknownSeries == [id])
    let newID = try await store.series(for: [gone])[0]
    #expect(newID != id)
    try await store.append(gone, [(5_000_001, 2)])
    #expect(try await store.samples(of: gone) == [[5_000_001, 2]])
    let again = try await fixture.afterKill(settings: settings())
    #expect(try await again.samples(of: gone) == [[5_000_001, 2]])
    #expect(again.stats.series == 2)
  }

  @Test func aSeriesThatWasJustMadeIsNotRemovedBeforeItsFirstSample() async throws {
    let fixture = try await StoreFixture(settings: settings())
    let id = try await fixture.store.series(for: [["__name__": "new"]])[0]
    await fixture.store.maintain(now: Timestamp(rawValue: 1_000_000))
    var batch = SampleBatch()
    batch.append(id, at: Timestamp(rawValue: 1_000_000), 1)
    #expect(try await fixture.store.append(batch).appended == 1)
  }

  @Test func memoryOfSealedChunksIsBounded() async throws {
    var settings = settings()
    settings.cachedAge = .seconds(100_000)
    settings.maximumCachedBytes = 2000
    let fixture = try await StoreFixture(settings: settings)
    let up: Labels = ["__name__": "up"]
    var random = RepeatableRandom(seed: 1)
    for step in 0..<400 {
      try await fixture.store.append(
        up, [(Int64(step) * 2000, Double.random(in: 0...1, using: &random))])
    }
    let before = try await fixture.store.samples(of: up)
    #expect(fixture.store.stats.cachedBytes > 2000)
    await fixture.store.maintain(now: Timestamp(rawValue: 800_000))
    #expect(fixture.store.stats.cachedBytes <= 2000)
    #expect(fixture.store.stats.chunksCached <= 2000 / 8)
    #expect(try await fixture.store.samples(of: up) == before)
  }
}
