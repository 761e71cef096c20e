import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import RemoteWrite

struct ForwardingAppenderTests {
  private let fixture: SenderFixture
  private let there = RemoteWriteDestination(name: "there", url: "http://127.0.0.1:1/write")

  init() throws { fixture = try SenderFixture() }

  private var queued: Int {
    get throws { try fixture.queue.backlogs()["there"]?.samples ?? 0 }
  }

  /// A crash between the two commits must not leave a sample in the store that the destinations
  /// never get.
  @Test func theCopyIsCommittedBeforeTheStoreGetsTheBatch() async throws {
    fixture.appender.use([there])
    let before = Mutex<[Int]>([])
    let queue = fixture.queue
    fixture.store.onAppend {
      before.withLock { $0.append((try? queue.backlogs()["there"]?.samples) ?? 0) }
    }
    try await fixture.write(["a", "b"])
    try await fixture.write(["a"])
    #expect(before.withLock { $0 } == [2, 3])
  }

  @Test func withoutDestinationsNothingIsQueued() async throws {
    try await fixture.write(["a"])
    #expect(try fixture.queue.backlogs().isEmpty)
    #expect(fixture.store.samples.count == 1)
  }

  @Test func seriesAreRegisteredAgainForANewDestination() async throws {
    let labels = Labels([("__name__", "a")])
    let number = try await fixture.appender.series(for: [labels])[0]
    fixture.appender.use([there])
    var batch = SampleBatch()
    batch.append(number, at: Timestamp(rawValue: 1), 1)
    let outcome = try await fixture.appender.append(batch)
    #expect(outcome.unknownSeries == [number])
    // The sample is neither stored nor queued, so its repetition is the only one.
    #expect(fixture.store.samples.isEmpty)
    #expect(try queued == 0)
    _ = try await fixture.appender.series(for: [labels])
    #expect(try await fixture.appender.append(batch).unknownSeries.isEmpty)
    #expect(fixture.store.samples.count == 1)
    #expect(try queued == 1)
    // A stale marker is never repeated by its writer, so it is stored at once.
    fixture.appender.use([there, RemoteWriteDestination(name: "more", url: "http://127.0.0.1:1")])
    var end = SampleBatch()
    end.append(number, at: Timestamp(rawValue: 2), StaleMarker.value)
    _ = try await fixture.appender.append(end)
    #expect(fixture.store.samples.last?.description == "a stale @2")
  }

  @Test func samplesOfSeriesThatTheStoreForgotAreQueuedOnce() async throws {
    fixture.appender.use([there])
    let numbers = try await fixture.appender.series(
      for: ["a", "b"].map { Labels([("__name__", $0)]) })
    fixture.store.adjustOutcomes { $0.unknownSeries = [numbers[1]] }
    var batch = SampleBatch()
    for number in numbers { batch.append(number, at: Timestamp(rawValue: 1), 1) }
    let outcome = try await fixture.appender.append(batch)
    #expect(outcome.unknownSeries == [numbers[1]])
    #expect(try queued == 1)
  }

  @Test func aQueueThatCannotBeWrittenIsCountedAndDelaysNothing() async throws {
    fixture.appender.use([there])
    try fixture.queue.close()
    try await fixture.write(["a", "b"])
    #expect(fixture.appender.counts.notQueued == 2)
    #expect(fixture.store.samples.count == 2)
  }

  @Test func seriesThatAreNotWrittenExpire() {
    var cache = SeriesLabelCache()
    for number in UInt64(0)..<10 { cache[SeriesID(rawValue: number)] = [[1]] }
    cache.turn()
    #expect(cache[SeriesID(rawValue: 3)] == [[1]])
    cache.turn()
    #expect(cache.count == 1)
    #expect(cache[SeriesID(rawValue: 3)] == [[1]])
    #expect(cache[SeriesID(rawValue: 4)] == nil)
  }
}
