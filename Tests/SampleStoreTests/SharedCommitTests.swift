import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// Batches without a promise of durability share a commit, and are visible at once.
struct SharedCommitTests {
  let up: Labels = ["__name__": "up"]

  @Test func aScrapeIsSeenAtOnceAndCommittedSoon() async throws {
    let fixture = try await StoreFixture()
    for time in 1...20 as ClosedRange<Int64> {
      try await fixture.appendSoon(up, time, Double(time))
    }
    #expect(try await fixture.store.samples(of: up).count == 20)
    try await eventually("the batches are committed") { fixture.store.stats.pendingBatches == 0 }
    #expect(try await fixture.afterKill().samples(of: up).count == 20)
  }

  @Test func aDurableBatchCommitsTheWaitingOnes() async throws {
    var settings = SampleStoreSettings()
    settings.commitDelay = .seconds(3600)
    let fixture = try await StoreFixture(settings: settings)
    try await fixture.appendSoon(up, 1, 1)
    #expect(fixture.store.stats.pendingBatches == 1)
    #expect(try await fixture.afterKill().samples(of: up).isEmpty)
    try await fixture.store.append(up, [(2, 2)])
    #expect(fixture.store.stats.pendingBatches == 0)
    #expect(try await fixture.afterKill().samples(of: up) == [[1, 1], [2, 2]])
  }

  @Test func waitingBatchesAreWrittenAtTheEnd() async throws {
    var settings = SampleStoreSettings()
    settings.commitDelay = .seconds(3600)
    let fixture = try await StoreFixture(settings: settings)
    try await fixture.appendSoon(up, 1, 1)
    try await fixture.store.close()
    #expect(try await fixture.afterKill().samples(of: up) == [[1, 1]])
  }

  @Test func aWriterThatIsTooFastWaitsForTheDisk() async throws {
    var settings = SampleStoreSettings()
    settings.commitDelay = .seconds(3600)
    let fixture = try await StoreFixture(settings: settings)
    let labels = (0..<5000).map { Labels(name: "m", [("n", "\($0)")]) }
    let ids = try await fixture.store.series(for: labels)
    var random = RepeatableRandom(seed: 1)
    for time in 1...150 as ClosedRange<Int64> {
      var batch = SampleBatch()
      for id in ids {
        batch.append(
          id, at: Timestamp(rawValue: time), Double.random(in: 0...1, using: &random))
      }
      _ = try await fixture.store.appendSoon(batch)
      #expect(fixture.store.stats.pendingBytes < 6 << 20)
    }
    #expect(fixture.store.stats.batchesGivenUp == 0)
  }
}

extension StoreFixture {
  fileprivate func appendSoon(_ labels: Labels, _ time: Int64, _ value: Double) async throws {
    let id = try #require(try await store.series(for: [labels]).first)
    var batch = SampleBatch()
    batch.append(id, at: Timestamp(rawValue: time), value)
    _ = try await store.appendSoon(batch)
  }
}
