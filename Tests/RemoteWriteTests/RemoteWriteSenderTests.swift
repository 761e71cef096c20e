import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization
import TestSupport
import Testing
import WebServer

@testable import RemoteWrite

private func destination(
  _ fixture: WriteRecorder, _ change: (inout RemoteWriteDestination) -> Void = { _ in }
) -> RemoteWriteDestination {
  var destination = RemoteWriteDestination(name: "there", url: fixture.url)
  change(&destination)
  return destination
}

@Suite(.timeLimit(.minutes(20)))
struct RemoteWriteSenderTests {
  /// The answers to the first two requests, and the pauses that follow.
  @Test(
    arguments: [
      (status: 503, after: nil, waits: [30, 60]), (status: 500, after: nil, waits: [30, 60]),
      (status: 429, after: nil, waits: [30, 60]), (status: 429, after: "7", waits: [7_000, 7_000]),
      (status: 503, after: "Tue, 14 Nov 2023 22:13:50 GMT", waits: [30_000, 60]),
      (status: 429, after: "99999999", waits: [3_600_000, 3_600_000]),
      (status: 429, after: "soon", waits: [30, 60]), (status: 503, after: "0", waits: [30, 60]),
    ] as [(Int, String?, [Int])])
  func failuresAreRetriedAfterAPause(
    status: Int, after: String?, waits: [Int]
  ) async throws {
    let there = try WriteRecorder()
    there.answer { request, _ in
      guard request <= 2 else { return nil }
      var response = HTTPResponse.text("wait", status: status)
      if let after { response.headers["Retry-After"] = after }
      return response
    }
    // 22:13:20, half a minute before the date in the header.
    let fixture = try SenderFixture(clock: ManualClock(sleepMode: .advances))
    fixture.appender.use([destination(there)])
    try await fixture.write(["a"])
    await fixture.use([destination(there)])
    try await eventually { there.samples == ["a 1 @1700000000000"] }
    #expect(fixture.clock.sleeps.prefix(2) == waits.map { .milliseconds($0) }[...])
    try await eventually { fixture.sender.sent.sent == 1 }
    #expect(fixture.sender.sent.retries == 2)
    #expect(fixture.sender.sent.dropped == 0)
    try await fixture.stop()
    await there.stop()
  }

  @Test(arguments: [400, 401, 403, 404, 409, 422])
  func refusedSamplesAreCountedAndDropped(status: Int) async throws {
    let there = try WriteRecorder()
    there.answer { request, _ in request == 1 ? .text("never", status: status) : nil }
    let fixture = try SenderFixture()
    await fixture.use([destination(there)])
    try await fixture.write(["a"])
    try await eventually { fixture.sender.sent.dropped == 1 }
    try await fixture.write(["b"])
    try await eventually { there.samples.count == 1 }
    #expect(there.samples.first?.hasPrefix("b 1") == true)
    #expect(fixture.sender.sent.retries == 0)
    try await fixture.stop()
    await there.stop()
  }

  @Test func oneBadSampleDoesNotAffectTheOthersOfItsRequest() async throws {
    let there = try WriteRecorder()
    // Like Prometheus 2, the receiver refuses a whole request because of one unwanted sample.
    there.answer { _, samples in
      samples.contains { $0.hasPrefix("bad") } ? .text("out of order", status: 400) : nil
    }
    let fixture = try SenderFixture()
    await fixture.use([destination(there)])
    let names = (0..<100).map { $0 == 37 ? "bad" : "m\($0)" }
    try await fixture.write(names)
    try await eventually { fixture.sender.sent.sent == 99 }
    #expect(fixture.sender.sent.dropped == 1)
    #expect(
      Set(there.samples.map { $0.split(separator: " ")[0] })
        == Set(names.map { $0[...] }).subtracting(["bad"]))
    #expect(there.samples.count == 99)
    try await fixture.stop()
    await there.stop()
  }

  @Test func aReceiverThatRefusesEverythingGetsALimitedNumberOfRequests() async throws {
    let there = try WriteRecorder()
    there.answer { _, _ in .text("never", status: 400) }
    let fixture = try SenderFixture()
    await fixture.use([destination(there)])
    try await fixture.write((0..<1_000).map { "m\($0)" })
    try await eventually { fixture.sender.sent.dropped == 1_000 }
    #expect(there.state.withLock { $0.requests } <= 2 * Delivery.cutLimit + 1)
    try await fixture.stop()
    await there.stop()
  }

  @Test func aRequestThatIsTooLargeIsSplit() async throws {
    let there = try WriteRecorder()
    there.answer { _, samples in samples.count > 10 ? .text("too large", status: 413) : nil }
    let fixture = try SenderFixture()
    await fixture.use([destination(there)])
    try await fixture.write((0..<100).map { "m\($0)" })
    try await eventually { there.samples.count == 100 }
    #expect(fixture.sender.sent.dropped == 0)
    try await fixture.stop()
    await there.stop()
  }

  /// A scrape every minute for a day and an hour. The destination is down for the day, and the
  /// evaluator is restarted at noon.
  @Test func anOutageOfADayLosesNothing() async throws {
    let there = try WriteRecorder()
    let clock = ManualClock(sleepMode: .advances)
    let isBack = Atomic<Bool>(false)
    let answers: @Sendable (Int, [String]) -> HTTPResponse? = { _, _ in
      isBack.load(ordering: .relaxed) ? nil : .text("down", status: 503)
    }
    there.answer(answers)
    let directory = try TemporaryDirectory(prefix: "tocsin-outage")
    var fixture = try SenderFixture(in: directory, clock: clock)
    // The sender's pauses advance the clock as well, so the scrapes have their own time.
    let target = destination(there) { $0.longestPause = .seconds(300) }
    await fixture.use([target])
    var written: [String] = []
    for scrape in 0..<(25 * 60) {
      if scrape == 12 * 60 {
        try await fixture.stop()
        fixture = try SenderFixture(in: directory, clock: clock)
        await fixture.use([target])
      }
      if scrape == 24 * 60 { isBack.store(true, ordering: .relaxed) }
      let time = Timestamp(rawValue: 1_700_000_000_000 + Int64(scrape) * 60_000)
      let labels = ["a", "b"].map { Labels([("__name__", $0)]) }
      let numbers = try await fixture.appender.series(for: labels)
      var batch = SampleBatch()
      for number in numbers { batch.append(number, at: time, Double(scrape)) }
      _ = try await fixture.appender.append(batch)
      written += ["a", "b"].map { "\($0) \(FloatFormat.string(Double(scrape))) @\(time.rawValue)" }
    }
    try await eventually("all has arrived") { there.samples.count >= written.count }
    let arrived = there.samples
    #expect(arrived.count == written.count)
    for name in ["a ", "b "] {
      #expect(arrived.filter { $0.hasPrefix(name) } == written.filter { $0.hasPrefix(name) })
    }
    #expect(fixture.sender.sent.dropped == 0)
    #expect(fixture.appender.counts == ForwardingAppender.QueueingCounts())
    try await fixture.stop()
    await there.stop()
  }

  @Test func aQueueAtItsLimitDropsTheOldestAndCountsThem() async throws {
    let there = try WriteRecorder()
    there.answer { _, _ in .text("down", status: 503) }
    let fixture = try SenderFixture(limits: SendQueue.Limits(bytes: 200, age: .seconds(86_400)))
    fixture.appender.use([destination(there)])
    for index in 0..<50 { try await fixture.write(["metric_\(index)"]) }
    let waiting = try #require(try fixture.queue.backlogs()["there"])
    #expect(waiting.bytes <= 200)
    #expect(waiting.samples > 2)
    #expect(fixture.appender.counts.expired == 50 - waiting.samples)
    there.answer { _, _ in nil }
    await fixture.use([destination(there)])
    try await eventually { there.samples.count == waiting.samples }
    #expect(there.samples.last?.hasPrefix("metric_49 ") == true)
    try await fixture.stop()
    await there.stop()
  }

  /// Several requests are in progress to a slow receiver, and the samples of each series still
  /// arrive in order.
  @Test func aSlowReceiverGetsParallelRequestsInOrder() async throws {
    let there = try WriteRecorder()
    there.state.withLock { $0.awaitedConcurrency = 2 }
    let fixture = try SenderFixture()
    let target = destination(there) {
      $0.samplesPerSend = 50
      $0.parallelRequests = 4
    }
    fixture.appender.use([target])
    let names = (0..<40).map { "m\($0)" }
    for value in 0..<50 {
      fixture.clock.advance(by: .seconds(1))
      try await fixture.write(names, Double(value))
    }
    await fixture.use([target])
    try await eventually { there.samples.count == 2_000 }
    for name in names {
      let values = there.samples.filter { $0.hasPrefix(name + " ") }.map {
        $0.split(separator: " ")[1]
      }
      #expect(values == (0..<50).map { FloatFormat.string(Double($0))[...] })
    }
    let (most, sizes) = there.state.withLock { ($0.mostRunning, $0.taken.map(\.count)) }
    #expect(most > 1 && most <= 4)
    #expect(sizes.allSatisfy { $0 <= 50 })
    try await fixture.stop()
    await there.stop()
  }

  @Test func queuesOfRemovedDestinationsAreDeleted() async throws {
    let there = try WriteRecorder()
    there.answer { _, _ in .text("down", status: 503) }
    let fixture = try SenderFixture()
    await fixture.use([destination(there)])
    try await fixture.write(["a"])
    await fixture.use([])
    #expect(try fixture.queue.backlogs().isEmpty)
    try await fixture.write(["a"])
    #expect(try fixture.queue.backlogs().isEmpty)
    try await fixture.stop()
    await there.stop()
  }
}
