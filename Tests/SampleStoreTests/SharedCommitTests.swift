import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// Batches that nobody was promised share a commit, and are seen at once.
struct SharedCommitTests {
  let up: Labels = ["__name__": "up"]

  @Test func aScrapeIsSeenAtOnceAndCommittedSoon() async throws {
    let world = try await StoreWorld()
    for time in 1...20 as ClosedRange<Int64> { try await world.appendSoon(up, time, Double(time)) }
    #expect(try await world.store.samples(of: up).count == 20)
    try await waitUntil("the batches are committed") { world.store.stats.pendingBatches == 0 }
    #expect(try await world.afterKill().samples(of: up).count == 20)
  }

  @Test func whatIsPromisedTakesWhatWaitsWithIt() async throws {
    var settings = SampleStoreSettings()
    settings.commitDelay = .seconds(3600)
    let world = try await StoreWorld(settings: settings)
    try await world.appendSoon(up, 1, 1)
    #expect(world.store.stats.pendingBatches == 1)
    #expect(try await world.afterKill().samples(of: up).isEmpty)
    try await world.store.append(up, [(2, 2)])
    #expect(world.store.stats.pendingBatches == 0)
    #expect(try await world.afterKill().samples(of: up) == [[1, 1], [2, 2]])
  }

  @Test func whatWaitsIsWrittenAtTheEnd() async throws {
    var settings = SampleStoreSettings()
    settings.commitDelay = .seconds(3600)
    let world = try await StoreWorld(settings: settings)
    try await world.appendSoon(up, 1, 1)
    try await world.store.close()
    #expect(try await world.afterKill().samples(of: up) == [[1, 1]])
  }

  @Test func whoComesTooFastWaitsForTheDisk() async throws {
    var settings = SampleStoreSettings()
    settings.commitDelay = .seconds(3600)
    let world = try await StoreWorld(settings: settings)
    let labels = (0..<5000).map { Labels(name: "m", [("n", "\($0)")]) }
    let ids = try await world.store.series(for: labels)
    var random = RepeatableRandom(seed: 1)
    for time in 1...150 as ClosedRange<Int64> {
      var batch = SampleBatch()
      for id in ids {
        batch.append(
          id, at: Timestamp(rawValue: time), Double.random(in: 0...1, using: &random))
      }
      _ = try await world.store.appendSoon(batch)
      #expect(world.store.stats.pendingBytes < 6 << 20)
    }
    #expect(world.store.stats.batchesGivenUp == 0)
  }
}

extension StoreWorld {
  fileprivate func appendSoon(_ labels: Labels, _ time: Int64, _ value: Double) async throws {
    let id = try #require(try await store.series(for: [labels]).first)
    var batch = SampleBatch()
    batch.append(id, at: Timestamp(rawValue: time), value)
    _ = try await store.appendSoon(batch)
  }
}
