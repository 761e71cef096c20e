import Foundation
import MetricModel
import StorageAPI
import Synchronization
import Testing

@testable import SampleStore

/// The work that can delay a batch does not grow with the number of series.
struct AppendDelayTests {
  private static let count = 3 * SampleStore.removalsPerSlice

  @Test func theLockIsHeldForSoManySeriesAtATime() async throws {
    var settings = SampleStoreSettings()
    settings.retention = .seconds(1000)
    settings.seriesPerInstant = 2048
    let fixture = try await StoreFixture(settings: settings)
    let store = fixture.store
    let ids = try await store.series(
      for: (0..<Self.count).map { Labels(name: "m", [("n", "\($0)")]) })
    var batch = SampleBatch()
    for id in ids { batch.append(id, at: Timestamp(rawValue: 0), 1) }
    #expect(try await store.append(batch).appended == Self.count)

    #expect(try await store.samples().count == Self.count)
    #expect(try await store.labelValues(of: "n", []).count == Self.count)
    #expect(store.timeRange == Timestamp(rawValue: 0)...Timestamp(rawValue: 0))
    for _ in 0..<3 { await store.maintain(now: Timestamp(rawValue: 1_000_000_000)) }
    #expect(store.stats.series == 0 && store.stats.seriesRemoved == Self.count)
    #expect(store.stats.chunksSealed == Self.count)
    #expect(store.head.withLock { $0.largestSlice } == SampleStore.removalsPerSlice)
  }

  @Test func aSelectionSeesABatchWholeOrNotAtAll() async throws {
    let store = try await StoreFixture().store
    let ids = try await store.series(
      for: (0..<5000).map { Labels(name: "m", [("n", "\($0)")]) })
    let writing = Task {
      for step in 1...60 {
        var batch = SampleBatch()
        for id in ids { batch.append(id, at: Timestamp(rawValue: Int64(step)), Double(step)) }
        _ = try await store.append(batch)
      }
    }
    let matcher = try LabelMatcher("n", .notEqual, "")
    var last = 0.0
    while last < 60 {
      let found = try await store.select(SeriesSelection(matchers: [matcher]))
      var values: Set<Double> = []
      for place in found.labels.indices {
        var columns = SampleColumns()
        try found.read(place, from: .distantPast, through: .distantFuture, into: &columns)
        if let value = columns.values.last { values.insert(value) }
      }
      #expect(values.count <= 1)
      last = values.max() ?? last
    }
    try await writing.value
  }

  @Test(.timeLimit(.minutes(20)))
  func aBatchForKnownSeriesDoesNotWaitForTheCatalog() async throws {
    let fixture = try await StoreFixture()
    let store = fixture.store
    let id = try #require(try await store.series(for: [Labels(name: "m")]).first)
    let (taken, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    // As a large selection does.
    Thread.detachNewThread {
      store.catalog.withLock { _ in
        taken.signal()
        done.wait()
      }
    }
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        taken.wait()
        continuation.resume()
      }
    }
    var batch = SampleBatch()
    batch.append(id, at: Timestamp(rawValue: 1), 1)
    #expect(try await store.append(batch).appended == 1)
    done.signal()
    #expect(try await store.samples().count == 1)
  }
}
