import Codecs
import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization
import TestSupport
import WebClient
import WebServer

@testable import RemoteWrite

/// A remote-write receiver with answers chosen by the test, which records the accepted samples.
final class WriteRecorder: Sendable {
  struct State {
    /// The samples of each request that was answered with 2xx.
    var taken: [[String]] = []
    var requests = 0
    var running = 0
    var mostRunning = 0
    /// The answer for the samples of a request; nil means 204.
    var answer: @Sendable (_ request: Int, _ samples: [String]) -> HTTPResponse? = { _, _ in nil }
    /// Requests wait until this many have been under way at the same time.
    var awaitedConcurrency = 1
  }

  let state = Mutex(State())
  let server = Mutex<HTTPServer?>(nil)

  init() throws {
    let server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) {
      [weak self] in await self?.respond(to: $0) ?? .text("", status: 500)
    }
    self.server.withLock { $0 = server }
  }

  var url: String { "http://127.0.0.1:\(server.withLock { $0?.boundPort ?? 0 })/api/v1/write" }
  var samples: [String] { state.withLock { $0.taken.flatMap { $0 } } }

  func answer(_ answer: @escaping @Sendable (Int, [String]) -> HTTPResponse?) {
    state.withLock { $0.answer = answer }
  }

  func stop() async { await server.withLock { $0 }?.stop(grace: .zero) }

  private func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard let samples = Self.samples(of: request) else { return .text("no request", status: 400) }
    let (number, answer, concurrency) = state.withLock { state in
      state.requests += 1
      state.running += 1
      state.mostRunning = max(state.mostRunning, state.running)
      return (state.requests, state.answer, state.awaitedConcurrency)
    }
    try? await eventually("\(concurrency) requests are under way") {
      state.withLock { $0.mostRunning } >= concurrency
    }
    let response = answer(number, samples) ?? HTTPResponse(status: 204)
    state.withLock { state in
      state.running -= 1
      if response.status < 300 { state.taken.append(samples) }
    }
    return response
  }

  private static func samples(of request: HTTPRequest) -> [String]? {
    guard request.headers["Content-Encoding"] == "snappy",
      let body = try? SnappyBlock.decompress(request.body.span, limit: 1 << 26),
      let decoded = try? WriteRequestDecoder.decode(body.span, as: .version1)
    else { return nil }
    return decoded.samples.map { sample in
      let value =
        StaleMarker.isStale(sample.value) ? "stale" : FloatFormat.string(sample.value)
      return "\(decoded.series[sample.series]) \(value) @\(sample.timestamp.rawValue)"
    }
  }
}

/// A sender with its queue on disk and its store in memory.
struct SenderFixture {
  let directory: TemporaryDirectory
  let queue: SendQueue
  let store = MemoryAppender()
  let appender: ForwardingAppender
  let sender: RemoteWriteSender
  let client = WebClient()
  let clock: ManualClock

  init(
    in directory: TemporaryDirectory? = nil, clock: ManualClock = ManualClock(sleepMode: .advances),
    limits: SendQueue.Limits = SendQueue.Limits()
  ) throws {
    self.clock = clock
    self.directory = try directory ?? TemporaryDirectory(prefix: "tocsin-send")
    queue = try SendQueue(
      in: StorageFolder(path: self.directory.file("data")), limits: limits)
    appender = ForwardingAppender(store: store, queue: queue, clock: clock.timeSource)
    sender = RemoteWriteSender(queue: queue, client: client, clock: clock.timeSource)
  }

  /// Writes one sample per series at a time of the clock.
  func write(_ names: [String], _ value: Double = 1) async throws {
    let labels = names.map { Labels([("__name__", $0)]) }
    let numbers = try await appender.series(for: labels)
    var batch = SampleBatch()
    for number in numbers { batch.append(number, at: clock.now, value) }
    _ = try await appender.append(batch)
  }

  func use(_ destinations: [RemoteWriteDestination]) async {
    appender.use(destinations)
    await sender.use(destinations)
  }

  func stop() async throws {
    await sender.stop()
    try queue.close()
    client.shutDown()
  }
}
