import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import RemoteWrite

struct ForwardingAppenderTests {
  private let desk: SendingDesk
  private let there = RemoteWriteDestination(name: "there", url: "http://127.0.0.1:1/write")

  init() throws { desk = try SendingDesk() }

  private var queued: Int {
    get throws { try desk.queue.backlogs()["there"]?.samples ?? 0 }
  }

  /// A death between the two commits must not leave a sample in the store that the destinations never get.
  @Test func theCopyIsOnDiskBeforeTheStoreIsAsked() async throws {
    desk.appender.use([there])
    let before = Mutex<[Int]>([])
    let queue = desk.queue
    desk.store.state.withLock {
      $0.onAppend = {
        before.withLock { $0.append((try? queue.backlogs()["there"]?.samples) ?? 0) }
      }
    }
    try await desk.write(["a", "b"])
    try await desk.write(["a"])
    #expect(before.withLock { $0 } == [2, 3])
  }

  @Test func nobodyIsAskedForCopiesWithoutDestinations() async throws {
    try await desk.write(["a"])
    #expect(try desk.queue.backlogs().isEmpty)
    #expect(desk.store.state.withLock { $0.samples.count } == 1)
  }

  @Test func seriesFromBeforeADestinationCameAreAskedForAgain() async throws {
    let labels = Labels([("__name__", "a")])
    let number = try await desk.appender.series(for: [labels])[0]
    desk.appender.use([there])
    var batch = SampleBatch()
    batch.append(number, at: Timestamp(rawValue: 1), 1)
    let outcome = try await desk.appender.append(batch)
    #expect(outcome.unknownSeries == [number])
    // It is neither kept nor queued, so that the repeat is the only one.
    #expect(desk.store.state.withLock { $0.samples.isEmpty })
    #expect(try queued == 0)
    _ = try await desk.appender.series(for: [labels])
    #expect(try await desk.appender.append(batch).unknownSeries.isEmpty)
    #expect(desk.store.state.withLock { $0.samples.count } == 1)
    #expect(try queued == 1)
    // The end of a series is never repeated by its writer, so it is kept at once.
    desk.appender.use([there, RemoteWriteDestination(name: "more", url: "http://127.0.0.1:1")])
    var end = SampleBatch()
    end.append(number, at: Timestamp(rawValue: 2), StaleMarker.value)
    _ = try await desk.appender.append(end)
    #expect(desk.store.state.withLock { $0.samples.last } == "a stale @2")
  }

  @Test func samplesOfSeriesThatTheStoreForgotAreQueuedOnce() async throws {
    desk.appender.use([there])
    let numbers = try await desk.appender.series(
      for: ["a", "b"].map { Labels([("__name__", $0)]) })
    desk.store.state.withLock { $0.outcome.unknownSeries = [numbers[1]] }
    var batch = SampleBatch()
    for number in numbers { batch.append(number, at: Timestamp(rawValue: 1), 1) }
    let outcome = try await desk.appender.append(batch)
    #expect(outcome.unknownSeries == [numbers[1]])
    #expect(try queued == 1)
  }

  @Test func aQueueThatCannotBeWrittenIsCountedAndHoldsNothingUp() async throws {
    desk.appender.use([there])
    try desk.queue.close()
    try await desk.write(["a", "b"])
    #expect(desk.appender.counts.notQueued == 2)
    #expect(desk.store.state.withLock { $0.samples.count } == 2)
  }

  @Test func seriesThatNobodyWritesAreForgotten() {
    var book = SeriesLabelCache()
    for number in UInt64(0)..<10 { book[SeriesID(rawValue: number)] = [[1]] }
    book.turn()
    #expect(book[SeriesID(rawValue: 3)] == [[1]])
    book.turn()
    #expect(book.count == 1)
    #expect(book[SeriesID(rawValue: 3)] == [[1]])
    #expect(book[SeriesID(rawValue: 4)] == nil)
  }
}
