import MetricModel
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import SampleStore

/// Samples that come after their time was sealed are stored, within the window, and read in their
/// order.
struct OutOfOrderSampleTests {
  let up: Labels = ["__name__": "up"]

  private func settings() -> SampleStoreSettings {
    var settings = SampleStoreSettings.small
    settings.outOfOrderWindow = .seconds(300)
    return settings
  }

  @Test func outOfOrderSamplesAreReadInTheirPlaceBeforeAndAfterMergingAndAKill() async throws {
    let fixture = try await StoreFixture(settings: settings())
    let store = fixture.store
    // Every second sample first, those between them late.
    var even: [(Int64, Double)] = []
    var odd: [(Int64, Double)] = []
    for step in 0..<100 { even.append((Int64(step) * 2000, Double(step) * 2)) }
    for step in 0..<50 { odd.append((Int64(step) * 2000 + 1000, Double(step) * 2 + 1)) }
    try await store.append(up, even)
    let late = try await store.append(up, odd)
    #expect(late.appended == 50)
    let steps = (0..<200).filter { $0.isMultiple(of: 2) || $0 < 100 }
    let expected: [[Double]] = steps.map { [Double($0) * 1000, Double($0)] }
    #expect(try await store.samples(of: up) == expected)
    let killed = try await fixture.afterKill(settings: settings())
    #expect(try await killed.samples(of: up) == expected)

    await store.maintain(now: Timestamp(rawValue: 200_000))
    #expect(store.head.withLock { $0.late.isEmpty })
    #expect(try await store.samples(of: up) == expected)
    let merged = try await fixture.afterKill(settings: settings())
    #expect(try await merged.samples(of: up) == expected)
    #expect(
      try await store.samples(
        [LabelMatcher("__name__", equals: "up")], from: 3000, through: 6000)[up]?.values
        == [3, 4, 5, 6])
  }

  /// A repeat is accepted however old it is, and wherever its chunk is; only a new sample that is
  /// too old is refused.
  @Test func anIdenticalRepeatIsNoErrorWhateverItsAge() async throws {
    let fixture = try await StoreFixture(settings: settings())
    let samples = (0..<40).map { (Int64($0) * 1000, Double($0)) }
    try await fixture.store.append(up, samples)
    try await fixture.store.append(["__name__": "new"], [(100_000_000, 1)])
    await fixture.store.maintain(now: Timestamp(rawValue: 1_000_000))
    let store = try await fixture.afterKill(settings: settings())
    let again = try await store.append(up, samples)
    #expect((again.appended, again.tooOld, again.duplicate) == (40, 0, 0))
    let mixed = try await store.append(up, [(3_000, 3), (3_500, 3), (4_000, 5)])
    #expect((mixed.appended, mixed.tooOld, mixed.duplicate) == (1, 2, 0))
    #expect(store.stats.samplesTooOld == 2)
    #expect(try await store.samples(of: up).count == 40)
  }

  @Test func outOfOrderSamplesBeforeAndBetweenChunksGetChunksOfTheirOwn() async throws {
    let fixture = try await StoreFixture(settings: settings())
    let store = fixture.store
    try await store.append(up, (0..<20).map { (100_000 + Int64($0) * 1000, 1) })
    try await store.append(up, (0..<20).map { (200_000 + Int64($0) * 1000, 2) })
    let outcome = try await store.append(
      up, [(150_000, 7), (-50_000, 8), (151_000, 9), (150_000, 7)])
    #expect(outcome.appended == 4)
    for _ in 0..<2 {
      let values = try await store.samples(of: up).map { $0[1] }
      #expect(values.first == 8)
      #expect(values.count == 43)
      #expect(values.filter { $0 > 6 } == [8, 7, 9])
      await store.maintain(now: Timestamp(rawValue: 220_000))
    }
  }

  @Test func theWindowEndsBehindTheNewestSampleOfAllSeries() async throws {
    let fixture = try await StoreFixture(settings: settings())
    let store = fixture.store
    try await store.append(up, (0..<50).map { (Int64($0) * 1000, 1) })
    try await store.append(["__name__": "other"], [(400_000, 1)])
    var refused = AppendOutcome()
    refused.tooOld = 1
    // A repeat would still be found in memory; this sample lies between two others.
    #expect(try await store.append(up, [(500, 1)]) == refused)
    #expect(try await store.append(up, [(100_000 - 75_500, 1)]) == refused)
    try await store.append(up, [(300_000, 1)])
    #expect(store.stats.samplesLate == 0)
  }

  @Test func anotherValueAtTheSameTimeIsADuplicate() async throws {
    let fixture = try await StoreFixture(settings: settings())
    try await fixture.store.append(up, (0..<30).map { (Int64($0) * 1000, 1) })
    try await fixture.store.append(up, [(2500, 3)])
    #expect(try await fixture.store.append(up, [(2500, 4)]).duplicate == 1)
    #expect(try await fixture.store.append(up, [(2500, 3)]).appended == 1)
    #expect(try await fixture.store.append(up, [(2000, 4)]).duplicate == 1)
  }

  @Test func anotherValueThanTheOneOnDiskIsADuplicate() async throws {
    let fixture = try await StoreFixture(settings: settings())
    let written: [(Int64, Double)] = (0..<30).map { (Int64($0) * 1000, 1) }
    try await fixture.store.append(up, written)
    await fixture.store.maintain(now: Timestamp(rawValue: 1_000_000))
    #expect(fixture.store.stats.chunksCached == 0)
    let refused = try await fixture.store.append(up, [(2000, 4)])
    #expect(refused.duplicate == 1 && refused.appended == 0)
    let mixed = try await fixture.store.append(up, [(3000, 1), (3500, 5), (4000, 2)])
    #expect(mixed.duplicate == 1 && mixed.appended == 2)
    #expect(fixture.store.stats.samplesDuplicate == 2)
    let expected = (written + [(3500, 5)]).sorted { $0.0 < $1.0 }.map { [Double($0.0), $0.1] }
    #expect(try await fixture.store.samples(of: up) == expected)
    await fixture.store.maintain(now: Timestamp(rawValue: 1_000_000))
    #expect(try await fixture.store.samples(of: up) == expected)
  }

  @Test(arguments: UInt64(1)...10)
  func anyOrderGivesTheSameSamples(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let fixture = try await StoreFixture(settings: settings())
    let times = (0..<150).map { Int64($0) * 1000 }.shuffled(using: &random)
    for (count, time) in times.enumerated() {
      let outcome = try await fixture.store.append(up, [(time, Double(time))])
      #expect(outcome.appended == 1)
      if count % 40 == 39 { await fixture.store.maintain(now: Timestamp(rawValue: 200_000)) }
    }
    let expected = times.sorted().map { [Double($0), Double($0)] }
    #expect(try await fixture.store.samples(of: up) == expected)
    let killed = try await fixture.afterKill(settings: settings())
    #expect(try await killed.samples(of: up) == expected)
  }
}
