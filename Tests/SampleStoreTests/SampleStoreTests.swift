import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// What goes in can be selected, and what is refused is said.
struct SampleStoreTests {
  let up: Labels = ["__name__": "up", "job": "node"]

  @Test func samplesComeBackInOrderOfTime() async throws {
    let world = try await StoreWorld(settings: .small)
    let samples = (0..<50).map { (Int64($0) * 1000, Double($0)) }
    let outcome = try await world.store.append(up, samples)
    #expect(outcome.appended == 50)
    #expect(try await world.store.samples(of: up) == samples.map { [Double($0.0), $0.1] })
  }

  @Test func timeZeroAndTimesBeforeItAreTimes() async throws {
    let world = try await StoreWorld()
    try await world.store.append(up, [(-5000, 1), (-1, 2), (0, 3), (1, 4)])
    #expect(try await world.store.samples(of: up) == [[-5000, 1], [-1, 2], [0, 3], [1, 4]])
    let found = try await world.store.samples(from: -1, through: 0)
    #expect(found[up]?.timestamps == [-1, 0])
  }

  @Test func theStaleMarkerKeepsItsBits() async throws {
    let world = try await StoreWorld()
    try await world.store.append(up, [(1, 1), (2, StaleMarker.value), (3, .nan)])
    let found = try #require(try await world.store.samples()[up])
    #expect(
      found.values.map(\.bitPattern) == [
        0x3ff0_0000_0000_0000, StaleMarker.bits, Double.nan.bitPattern,
      ])
    // A marker that comes twice is the same sample.
    #expect(try await world.store.append(up, [(2, StaleMarker.value)]).appended == 1)
    #expect(try await world.store.append(up, [(2, .nan)]).duplicate == 1)
  }

  @Test func repeatsAreFineOtherValuesAtTheSameTimeAreNot() async throws {
    let world = try await StoreWorld()
    try await world.store.append(up, [(10, 1), (20, 2), (30, 3)])
    var expected = AppendOutcome()
    expected.appended = 2
    expected.duplicate = 2
    #expect(try await world.store.append(up, [(30, 3), (30, 4), (20, 2), (10, 7)]) == expected)
    #expect(try await world.store.samples(of: up) == [[10, 1], [20, 2], [30, 3]])
  }

  @Test func outOfOrderSamplesFindTheirPlaceInTheOpenChunk() async throws {
    let world = try await StoreWorld()
    try await world.store.append(up, [(30, 3), (10, 1), (40, 4), (20, 2)])
    #expect(try await world.store.samples(of: up) == [[10, 1], [20, 2], [30, 3], [40, 4]])
    let again = try await world.afterKill()
    #expect(try await again.samples(of: up) == [[10, 1], [20, 2], [30, 3], [40, 4]])
  }

  @Test func samplesBehindSealedChunksAreTooOldUnlessTheyRepeat() async throws {
    let world = try await StoreWorld(settings: .small)
    try await world.store.append(up, (1...20).map { ($0 * 10, Double($0)) })
    let outcome = try await world.store.append(up, [(15, 1), (20, 2), (20, 9), (5, 0)])
    var expected = AppendOutcome()
    expected.appended = 1
    expected.duplicate = 1
    expected.tooOld = 2
    #expect(outcome == expected)
    #expect(world.store.stats.samplesTooOld == 2)
  }

  @Test func seriesNumbersAreStableAndUnknownOnesAreTold() async throws {
    let world = try await StoreWorld()
    let other = up.setting("job", "db")
    let ids = try await world.store.series(for: [up, other, up])
    #expect(ids[0] == ids[2] && ids[0] != ids[1])
    #expect(try await world.store.series(for: [other]) == [ids[1]])
    let unknown = [SeriesID(rawValue: 77), SeriesID(rawValue: .max), SeriesID(rawValue: 1 << 32)]
    var batch = SampleBatch()
    for id in unknown + ids { batch.append(id, at: Timestamp(rawValue: 1), 1) }
    let outcome = try await world.store.append(batch)
    #expect(outcome.unknownSeries == unknown)
    #expect(outcome.appended == 3)
  }

  @Test func theSeriesLimitHasANameAndMakesNoneOfTheNew() async throws {
    var settings = SampleStoreSettings()
    settings.maximumSeries = 3
    let world = try await StoreWorld(settings: settings)
    let names = (0..<5).map { Labels(name: "m\($0)") }
    _ = try await world.store.series(for: Array(names[..<2]) + names[..<2])
    await #expect(throws: StorageError.limitReached(limit: "--storage.max-series", value: 3)) {
      _ = try await world.store.series(for: names)
    }
    #expect(world.store.stats.series == 2)
    #expect(world.store.stats.seriesLimitReached == 1)
    _ = try await world.store.series(for: [names[4], names[4], names[0]])
    #expect(world.store.stats.series == 3)
  }

  @Test func manySeriesAreMadeWholeOrNotAtAll() async throws {
    let count = 2 * SampleStore.slotsPerSlice + 1
    var settings = SampleStoreSettings()
    settings.maximumSeries = count
    let world = try await StoreWorld(settings: settings)
    let labels = (0..<count).map { Labels(name: "m\($0)") }
    _ = try await world.store.series(for: [Labels(name: "other")])
    await #expect(throws: StorageError.limitReached(limit: "--storage.max-series", value: count)) {
      _ = try await world.store.series(for: labels)
    }
    #expect(world.store.stats.series == 1)
    // Named twice, and one there already, they are no more than fit.
    let names = [Labels(name: "other")] + labels.dropLast() + labels.dropLast()
    let ids = try await world.store.series(for: names)
    #expect(Set(ids).count == count && ids.count == names.count)
    #expect(ids[1..<count] == ids[count...])
    #expect(world.store.stats.series == count)
    #expect(try await world.store.series(for: names) == ids)
  }

  @Test func selectionsAreSortedAndKeptToTheRange() async throws {
    let world = try await StoreWorld(settings: .small)
    for number in [3, 1, 2] {
      let labels = Labels(name: "m", [("n", "\(number)")])
      let start = Int64(number) * 1000
      try await world.store.append(labels, (0..<20).map { (start + $0 * 10, 0) })
    }
    func names(from: Int64, through: Int64) async throws -> [String?] {
      let selection = SeriesSelection(
        matchers: [LabelMatcher("__name__", equals: "m")], from: Timestamp(rawValue: from),
        through: Timestamp(rawValue: through))
      return try await world.store.select(selection).labels.map { $0["n"] }
    }
    #expect(try await names(from: 0, through: 10_000) == ["1", "2", "3"])
    #expect(try await names(from: 1190, through: 2000) == ["1", "2"])
    #expect(try await names(from: 1191, through: 1999) == [])
    #expect(try await names(from: 3190, through: .max) == ["3"])
    // A selector that is remembered sees series that come later.
    try await world.store.append(Labels(name: "m", [("n", "0")]), [(5000, 1)])
    #expect(try await names(from: 0, through: 10_000) == ["0", "1", "2", "3"])
  }

  @Test func labelNamesAndValuesAreSorted() async throws {
    let world = try await StoreWorld()
    try await world.store.append(["__name__": "a", "job": "x", "z": "1"], [(10, 1)])
    try await world.store.append(["__name__": "b", "job": "y"], [(20, 1)])
    #expect(try await world.store.labelNames([]) == ["__name__", "job", "z"])
    #expect(try await world.store.labelValues(of: "job", []) == ["x", "y"])
    #expect(try await world.store.labelValues(of: "none", []) == [])
    let onlyB = SeriesSelection(matchers: [LabelMatcher("__name__", equals: "b")])
    #expect(try await world.store.labelNames([onlyB]) == ["__name__", "job"])
    #expect(try await world.store.labelValues(of: "job", [onlyB]) == ["y"])
    let early = SeriesSelection(matchers: [], through: Timestamp(rawValue: 15))
    #expect(try await world.store.labelValues(of: "job", [early]) == ["x"])
    #expect(try await world.store.labelValues(of: "job", [early, onlyB]) == ["x", "y"])
  }

  @Test func aSelectionSeesTheStoreAsItWas() async throws {
    let world = try await StoreWorld()
    try await world.store.append(up, [(1, 1)])
    let selected = try await world.store.select(SeriesSelection(matchers: []))
    try await world.store.append(up, [(2, 2)])
    var columns = SampleColumns()
    try selected.read(0, from: .distantPast, through: .distantFuture, into: &columns)
    #expect(columns.timestamps == [1])
  }

  @Test func theTopListsCountSeries() async throws {
    let world = try await StoreWorld()
    for number in 0..<5 {
      try await world.store.append(["__name__": "many", "id": "\(number)", "job": "j"], [(1, 1)])
    }
    try await world.store.append(["__name__": "few", "job": "j"], [(1, 1)])
    let top = world.store.cardinality(limit: 2)
    #expect(top.seriesByMetric.map(\.name) == ["many", "few"])
    #expect(top.seriesByMetric.map(\.count) == [5, 1])
    #expect(top.valuesByLabel.map(\.name) == ["id", "__name__"])
    #expect(top.seriesByPair.map(\.name) == ["job=j", "__name__=many"])
    #expect(top.pairCount == 8)
  }
}
