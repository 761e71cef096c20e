import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// Appended samples can be selected, and refused ones are reported.
struct SampleStoreTests {
  let up: Labels = ["__name__": "up", "job": "node"]

  @Test func samplesComeBackInOrderOfTime() async throws {
    let fixture = try await StoreFixture(settings: .small)
    let samples = (0..<50).map { (Int64($0) * 1000, Double($0)) }
    let outcome = try await fixture.store.append(up, samples)
    #expect(outcome.appended == 50)
    #expect(try await fixture.store.samples(of: up) == samples.map { [Double($0.0), $0.1] })
  }

  @Test func zeroAndNegativeTimesAreValid() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.append(up, [(-5000, 1), (-1, 2), (0, 3), (1, 4)])
    #expect(try await fixture.store.samples(of: up) == [[-5000, 1], [-1, 2], [0, 3], [1, 4]])
    let found = try await fixture.store.samples(from: -1, through: 0)
    #expect(found[up]?.timestamps == [-1, 0])
  }

  @Test func theStaleMarkerRetainsItsBits() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.append(up, [(1, 1), (2, StaleMarker.value), (3, .nan)])
    let found = try #require(try await fixture.store.samples()[up])
    #expect(
      found.values.map(\.bitPattern) == [
        0x3ff0_0000_0000_0000, StaleMarker.bits, Double.nan.bitPattern,
      ])
    // A marker that comes twice is the same sample.
    #expect(try await fixture.store.append(up, [(2, StaleMarker.value)]).appended == 1)
    #expect(try await fixture.store.append(up, [(2, .nan)]).duplicate == 1)
  }

  @Test func repeatsAreFineOtherValuesAtTheSameTimeAreNot() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.append(up, [(10, 1), (20, 2), (30, 3)])
    var expected = AppendOutcome()
    expected.appended = 2
    expected.duplicate = 2
    #expect(try await fixture.store.append(up, [(30, 3), (30, 4), (20, 2), (10, 7)]) == expected)
    #expect(try await fixture.store.samples(of: up) == [[10, 1], [20, 2], [30, 3]])
  }

  @Test func outOfOrderSamplesFindTheirPlaceInTheOpenChunk() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.append(up, [(30, 3), (10, 1), (40, 4), (20, 2)])
    #expect(try await fixture.store.samples(of: up) == [[10, 1], [20, 2], [30, 3], [40, 4]])
    let again = try await fixture.afterKill()
    #expect(try await again.samples(of: up) == [[10, 1], [20, 2], [30, 3], [40, 4]])
  }

  @Test func samplesBehindSealedChunksAreTooOldUnlessTheyRepeat() async throws {
    let fixture = try await StoreFixture(settings: .small)
    try await fixture.store.append(up, (1...20).map { ($0 * 10, Double($0)) })
    let outcome = try await fixture.store.append(up, [(15, 1), (20, 2), (20, 9), (5, 0)])
    var expected = AppendOutcome()
    expected.appended = 1
    expected.duplicate = 1
    expected.tooOld = 2
    #expect(outcome == expected)
    #expect(fixture.store.stats.samplesTooOld == 2)
  }

  @Test func seriesNumbersAreStableAndUnknownOnesAreReported() async throws {
    let fixture = try await StoreFixture()
    let other = up.setting("job", "db")
    let ids = try await fixture.store.series(for: [up, other, up])
    #expect(ids[0] == ids[2] && ids[0] != ids[1])
    #expect(try await fixture.store.series(for: [other]) == [ids[1]])
    let unknown = [SeriesID(rawValue: 77), SeriesID(rawValue: .max), SeriesID(rawValue: 1 << 32)]
    var batch = SampleBatch()
    for id in unknown + ids { batch.append(id, at: Timestamp(rawValue: 1), 1) }
    let outcome = try await fixture.store.append(batch)
    #expect(outcome.unknownSeries == unknown)
    #expect(outcome.appended == 3)
  }

  @Test func theSeriesLimitIsNamedAndCreatesNoneOfTheNewSeries() async throws {
    var settings = SampleStoreSettings()
    settings.maximumSeries = 3
    let fixture = try await StoreFixture(settings: settings)
    let names = (0..<5).map { Labels(name: "m\($0)") }
    _ = try await fixture.store.series(for: Array(names[..<2]) + names[..<2])
    await #expect(throws: StorageError.limitReached(limit: "--storage.max-series", value: 3)) {
      _ = try await fixture.store.series(for: names)
    }
    #expect(fixture.store.stats.series == 2)
    #expect(fixture.store.stats.seriesLimitReached == 1)
    _ = try await fixture.store.series(for: [names[4], names[4], names[0]])
    #expect(fixture.store.stats.series == 3)
  }

  @Test func manySeriesAreMadeWholeOrNotAtAll() async throws {
    let count = 2 * SampleStore.slotsPerSlice + 1
    var settings = SampleStoreSettings()
    settings.maximumSeries = count
    let fixture = try await StoreFixture(settings: settings)
    let labels = (0..<count).map { Labels(name: "m\($0)") }
    _ = try await fixture.store.series(for: [Labels(name: "other")])
    await #expect(throws: StorageError.limitReached(limit: "--storage.max-series", value: count)) {
      _ = try await fixture.store.series(for: labels)
    }
    #expect(fixture.store.stats.series == 1)
    // Duplicates and existing series do not count towards the limit.
    let names = [Labels(name: "other")] + labels.dropLast() + labels.dropLast()
    let ids = try await fixture.store.series(for: names)
    #expect(Set(ids).count == count && ids.count == names.count)
    #expect(ids[1..<count] == ids[count...])
    #expect(fixture.store.stats.series == count)
    #expect(try await fixture.store.series(for: names) == ids)
  }

  @Test func selectionsAreSortedAndLimitedToTheRange() async throws {
    let fixture = try await StoreFixture(settings: .small)
    for number in [3, 1, 2] {
      let labels = Labels(name: "m", [("n", "\(number)")])
      let start = Int64(number) * 1000
      try await fixture.store.append(labels, (0..<20).map { (start + $0 * 10, 0) })
    }
    func names(from: Int64, through: Int64) async throws -> [String?] {
      let selection = SeriesSelection(
        matchers: [LabelMatcher("__name__", equals: "m")], from: Timestamp(rawValue: from),
        through: Timestamp(rawValue: through))
      return try await fixture.store.select(selection).labels.map { $0["n"] }
    }
    #expect(try await names(from: 0, through: 10_000) == ["1", "2", "3"])
    #expect(try await names(from: 1190, through: 2000) == ["1", "2"])
    #expect(try await names(from: 1191, through: 1999) == [])
    #expect(try await names(from: 3190, through: .max) == ["3"])
    // A cached selector finds series that come later.
    try await fixture.store.append(Labels(name: "m", [("n", "0")]), [(5000, 1)])
    #expect(try await names(from: 0, through: 10_000) == ["0", "1", "2", "3"])
  }

  @Test func labelNamesAndValuesAreSorted() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.append(["__name__": "a", "job": "x", "z": "1"], [(10, 1)])
    try await fixture.store.append(["__name__": "b", "job": "y"], [(20, 1)])
    #expect(try await fixture.store.labelNames([]) == ["__name__", "job", "z"])
    #expect(try await fixture.store.labelValues(of: "job", []) == ["x", "y"])
    #expect(try await fixture.store.labelValues(of: "none", []) == [])
    let onlyB = SeriesSelection(matchers: [LabelMatcher("__name__", equals: "b")])
    #expect(try await fixture.store.labelNames([onlyB]) == ["__name__", "job"])
    #expect(try await fixture.store.labelValues(of: "job", [onlyB]) == ["y"])
    let early = SeriesSelection(matchers: [], through: Timestamp(rawValue: 15))
    #expect(try await fixture.store.labelValues(of: "job", [early]) == ["x"])
    #expect(try await fixture.store.labelValues(of: "job", [early, onlyB]) == ["x", "y"])
  }

  @Test func aSelectionSeesTheStoreAsItWas() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.append(up, [(1, 1)])
    let selected = try await fixture.store.select(SeriesSelection(matchers: []))
    try await fixture.store.append(up, [(2, 2)])
    var columns = SampleColumns()
    try selected.read(0, from: .distantPast, through: .distantFuture, into: &columns)
    #expect(columns.timestamps == [1])
  }

  @Test func theTopListsCountSeries() async throws {
    let fixture = try await StoreFixture()
    for number in 0..<5 {
      try await fixture.store.append(["__name__": "many", "id": "\(number)", "job": "j"], [(1, 1)])
    }
    try await fixture.store.append(["__name__": "few", "job": "j"], [(1, 1)])
    let top = fixture.store.cardinality(limit: 2)
    #expect(top.seriesByMetric.map(\.name) == ["many", "few"])
    #expect(top.seriesByMetric.map(\.count) == [5, 1])
    #expect(top.valuesByLabel.map(\.name) == ["id", "__name__"])
    #expect(top.seriesByPair.map(\.name) == ["job=j", "__name__=many"])
    #expect(top.pairCount == 8)
  }
}
