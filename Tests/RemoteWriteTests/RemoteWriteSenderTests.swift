import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization
import TestSupport
import Testing
import WebServer

@testable import RemoteWrite

private func destination(
  _ desk: WriteDesk, _ change: (inout RemoteWriteDestination) -> Void = { _ in }
) -> RemoteWriteDestination {
  var destination = RemoteWriteDestination(name: "there", url: desk.url)
  change(&destination)
  return destination
}

@Suite(.timeLimit(.minutes(2)))
struct RemoteWriteSenderTests {
  /// What a receiver answers to the first two requests, and the pauses that follow.
  @Test(
    arguments: [
      (status: 503, after: nil, waits: [30, 60]), (status: 500, after: nil, waits: [30, 60]),
      (status: 429, after: nil, waits: [30, 60]), (status: 429, after: "7", waits: [7_000, 7_000]),
      (status: 503, after: "Tue, 14 Nov 2023 22:13:50 GMT", waits: [30_000, 60]),
      (status: 429, after: "99999999", waits: [3_600_000, 3_600_000]),
      (status: 429, after: "soon", waits: [30, 60]), (status: 503, after: "0", waits: [30, 60]),
    ] as [(Int, String?, [Int])])
  func failuresAreTriedAgainAfterAPause(
    status: Int, after: String?, waits: [Int]
  ) async throws {
    let there = try WriteDesk()
    there.answer { request, _ in
      guard request <= 2 else { return nil }
      var response = HTTPResponse.text("wait", status: status)
      if let after { response.headers["Retry-After"] = after }
      return response
    }
    // 22:13:20, half a minute before the date in the header.
    let desk = try SendingDesk(clock: SwiftClock(at: 1_700_000_000_000))
    desk.appender.use([destination(there)])
    try await desk.write(["a"])
    await desk.use([destination(there)])
    try await waitUntil { there.samples == ["a 1 @1700000000000"] }
    #expect(desk.clock.waits.withLock { $0.prefix(2) } == waits.map { .milliseconds($0) }[...])
    try await waitUntil { desk.sender.sent.sent == 1 }
    #expect(desk.sender.sent.retries == 2)
    #expect(desk.sender.sent.dropped == 0)
    try await desk.stop()
    await there.stop()
  }

  @Test(arguments: [400, 401, 403, 404, 409, 422])
  func whatIsRefusedIsCountedAndDropped(status: Int) async throws {
    let there = try WriteDesk()
    there.answer { request, _ in request == 1 ? .text("never", status: status) : nil }
    let desk = try SendingDesk()
    await desk.use([destination(there)])
    try await desk.write(["a"])
    try await waitUntil { desk.sender.sent.dropped == 1 }
    try await desk.write(["b"])
    try await waitUntil { there.samples.count == 1 }
    #expect(there.samples.first?.hasPrefix("b 1") == true)
    #expect(desk.sender.sent.retries == 0)
    try await desk.stop()
    await there.stop()
  }

  @Test func oneBadSampleDoesNotTakeTheOthersOfItsRequestAlong() async throws {
    let there = try WriteDesk()
    // As Prometheus 2 does: a request with a sample that it does not want is refused as a whole.
    there.answer { _, samples in
      samples.contains { $0.hasPrefix("bad") } ? .text("out of order", status: 400) : nil
    }
    let desk = try SendingDesk()
    await desk.use([destination(there)])
    let names = (0..<100).map { $0 == 37 ? "bad" : "m\($0)" }
    try await desk.write(names)
    try await waitUntil { desk.sender.sent.sent == 99 }
    #expect(desk.sender.sent.dropped == 1)
    #expect(
      Set(there.samples.map { $0.split(separator: " ")[0] })
        == Set(names.map { $0[...] }).subtracting(["bad"]))
    #expect(there.samples.count == 99)
    try await desk.stop()
    await there.stop()
  }

  @Test func aReceiverThatRefusesEverythingIsNotAskedWithoutEnd() async throws {
    let there = try WriteDesk()
    there.answer { _, _ in .text("never", status: 400) }
    let desk = try SendingDesk()
    await desk.use([destination(there)])
    try await desk.write((0..<1_000).map { "m\($0)" })
    try await waitUntil { desk.sender.sent.dropped == 1_000 }
    #expect(there.state.withLock { $0.requests } <= 2 * Delivery.cutLimit + 1)
    try await desk.stop()
    await there.stop()
  }

  @Test func aRequestThatIsTooLargeIsSentInParts() async throws {
    let there = try WriteDesk()
    there.answer { _, samples in samples.count > 10 ? .text("too large", status: 413) : nil }
    let desk = try SendingDesk()
    await desk.use([destination(there)])
    try await desk.write((0..<100).map { "m\($0)" })
    try await waitUntil { there.samples.count == 100 }
    #expect(desk.sender.sent.dropped == 0)
    try await desk.stop()
    await there.stop()
  }

  /// A scrape every minute for a day and an hour, of which the other side is away for the day; the evaluator is restarted at noon.
  @Test func anOutageOfADayLosesNothing() async throws {
    let there = try WriteDesk()
    let clock = SwiftClock()
    let isBack = Atomic<Bool>(false)
    let answers: @Sendable (Int, [String]) -> HTTPResponse? = { _, _ in
      isBack.load(ordering: .relaxed) ? nil : .text("down", status: 503)
    }
    there.answer(answers)
    let directory = try TemporaryDirectory(prefix: "tocsin-outage")
    var desk = try SendingDesk(in: directory, clock: clock)
    // The sender's pauses move the clock, too, so the scrapes have a time of their own.
    let target = destination(there) { $0.longestPause = .seconds(300) }
    await desk.use([target])
    var written: [String] = []
    for scrape in 0..<(25 * 60) {
      if scrape == 12 * 60 {
        try await desk.stop()
        desk = try SendingDesk(in: directory, clock: clock)
        await desk.use([target])
      }
      if scrape == 24 * 60 { isBack.store(true, ordering: .relaxed) }
      let time = Timestamp(rawValue: 1_700_000_000_000 + Int64(scrape) * 60_000)
      let labels = ["a", "b"].map { Labels([("__name__", $0)]) }
      let numbers = try await desk.appender.series(for: labels)
      var batch = SampleBatch()
      for number in numbers { batch.append(number, at: time, Double(scrape)) }
      _ = try await desk.appender.append(batch)
      written += ["a", "b"].map { "\($0) \(FloatFormat.string(Double(scrape))) @\(time.rawValue)" }
    }
    try await waitUntil("all has arrived") { there.samples.count >= written.count }
    let arrived = there.samples
    #expect(arrived.count == written.count)
    for name in ["a ", "b "] {
      #expect(arrived.filter { $0.hasPrefix(name) } == written.filter { $0.hasPrefix(name) })
    }
    #expect(desk.sender.sent.dropped == 0)
    #expect(desk.appender.counts == ForwardingAppender.QueueingCounts())
    try await desk.stop()
    await there.stop()
  }

  @Test func aQueueAtItsLimitDropsTheOldestAndCountsThem() async throws {
    let there = try WriteDesk()
    there.answer { _, _ in .text("down", status: 503) }
    let desk = try SendingDesk(limits: SendQueue.Limits(bytes: 200, age: .seconds(86_400)))
    desk.appender.use([destination(there)])
    for index in 0..<50 { try await desk.write(["metric_\(index)"]) }
    let waiting = try #require(try desk.queue.backlogs()["there"])
    #expect(waiting.bytes <= 200)
    #expect(waiting.samples > 2)
    #expect(desk.appender.counts.expired == 50 - waiting.samples)
    there.answer { _, _ in nil }
    await desk.use([destination(there)])
    try await waitUntil { there.samples.count == waiting.samples }
    #expect(there.samples.last?.hasPrefix("metric_49 ") == true)
    try await desk.stop()
    await there.stop()
  }

  /// With a receiver that needs 20 ms for each request, several are under way, and each series still arrives in order.
  @Test func aSlowReceiverIsFedSideBySideAndInOrder() async throws {
    let there = try WriteDesk()
    there.state.withLock { $0.delay = .milliseconds(20) }
    let desk = try SendingDesk()
    let target = destination(there) {
      $0.samplesPerSend = 50
      $0.parallelRequests = 4
    }
    desk.appender.use([target])
    let names = (0..<40).map { "m\($0)" }
    for value in 0..<50 {
      desk.clock.advance(.seconds(1))
      try await desk.write(names, Double(value))
    }
    await desk.use([target])
    try await waitUntil { there.samples.count == 2_000 }
    for name in names {
      let values = there.samples.filter { $0.hasPrefix(name + " ") }.map {
        $0.split(separator: " ")[1]
      }
      #expect(values == (0..<50).map { FloatFormat.string(Double($0))[...] })
    }
    let (most, sizes) = there.state.withLock { ($0.mostRunning, $0.taken.map(\.count)) }
    #expect(most > 1 && most <= 4)
    #expect(sizes.allSatisfy { $0 <= 50 })
    try await desk.stop()
    await there.stop()
  }

  @Test func destinationsThatAreGoneAreForgotten() async throws {
    let there = try WriteDesk()
    there.answer { _, _ in .text("down", status: 503) }
    let desk = try SendingDesk()
    await desk.use([destination(there)])
    try await desk.write(["a"])
    await desk.use([])
    #expect(try desk.queue.backlogs().isEmpty)
    try await desk.write(["a"])
    #expect(try desk.queue.backlogs().isEmpty)
    try await desk.stop()
    await there.stop()
  }
}
