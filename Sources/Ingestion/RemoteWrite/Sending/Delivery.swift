import Concurrency
import Configuration
import Codecs
import Logging
import MetricModel
import SQLiteStorage
import Synchronization
import WebClient

/// Delivers messages to one destination.
///
/// Answers with 429 or 5xx and failed connections are retried with growing pauses, and not before
/// the time in Retry-After. Samples that are refused otherwise are counted and dropped. A receiver
/// may refuse a whole request because of one sample in it. Therefore a request that is answered
/// with 400, or that is too large (413), is split in halves and sent again, down to the samples at
/// fault.
struct Delivery: Sendable {
  /// How many times one request may be split before the rest of the refused samples is dropped.
  static let cutLimit = 64

  let destination: RemoteWriteDestination
  let client: WebClient
  let clock: TimeSource
  let logger: Logger
  let count: @Sendable (@Sendable (inout SentCounts) -> Void) -> Void

  /// The last logged state, so that an outage is logged once.
  private let outage = Outage()

  private final class Outage: Sendable {
    let isFailing = Mutex(false)
  }

  /// The outcome of a request.
  private enum Outcome {
    case arrived
    case refused(status: Int, String)
    case failed(String, after: Duration?)
  }

  init(
    destination: RemoteWriteDestination, client: WebClient, clock: TimeSource,
    logger: Logger, count: @escaping @Sendable (@Sendable (inout SentCounts) -> Void) -> Void
  ) {
    self.destination = destination
    self.client = client
    self.clock = clock
    self.logger = logger
    self.count = count
  }

  /// Sends messages and returns when every sample was accepted or refused.
  ///
  /// - Throws: `CancellationError` if the task is cancelled.
  @concurrent func send(_ entries: [SendQueue.Entry]) async throws {
    var messages: [[UInt8]] = []
    for entry in entries {
      do {
        let payload = entry.payload
        let message = try SnappyBlock.decompress(
          payload.span, limit: RemoteWriteReceiver.bodyLimit)
        _ = try OutgoingRequest.shards(of: [message], count: 1, samplesPerSend: .max)
        messages.append(message)
      } catch {
        drop(entry.count, "damaged queue: \(error)")
      }
    }
    let shards = try OutgoingRequest.shards(
      of: messages, count: destination.parallelRequests,
      samplesPerSend: destination.samplesPerSend)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for shard in shards {
        group.addTask { for request in shard { try await deliver(request) } }
      }
      try await group.waitForAll()
    }
  }

  private func deliver(_ request: OutgoingRequest) async throws {
    var waiting = [request]
    var cuts = Self.cutLimit
    var refused = 0
    var firstReason = ""
    while let request = waiting.popLast() {
      guard let (status, reason) = try await refusal(of: request) else { continue }
      if status == 400 || status == 413, cuts > 0, let (first, second) = request.halves {
        cuts -= 1
        waiting += [second, first]
        continue
      }
      if refused == 0 { firstReason = reason }
      refused += request.count
    }
    if refused > 0 { drop(refused, firstReason) }
  }

  /// Sends a request until there is a final answer. Returns nil if it was accepted.
  private func refusal(of request: OutgoingRequest) async throws -> (status: Int, String)? {
    var backoff = Backoff(
      first: destination.shortestPause, longest: destination.longestPause)
    let body = SnappyBlock.compress(request.bytes)
    while true {
      switch await attempt(body) {
      case .arrived:
        count { $0.sent += request.count }
        noteArrival()
        return nil
      case .refused(let status, let reason): return (status, reason)
      case .failed(let reason, let wish):
        try Task.checkCancellation()
        count { $0.retries += 1 }
        noteFailure(reason)
        try await clock.sleep(for: backoff.pauseAfterFailure(requested: wish))
      }
    }
  }

  private func attempt(_ body: [UInt8]) async -> Outcome {
    var request = WebRequest(.post, destination.url)
    request.timeout = destination.timeout
    do {
      try await destination.client.apply(to: &request)
    } catch {
      return .failed("\(error)", after: nil)
    }
    request.setRemoteWriteBody(body)
    request.userAgent = TocsinVersion.userAgent
    request.maximumBodyBytes = 1 << 20
    let response: WebResponse
    do {
      response = try await client.send(request)
    } catch {
      return .failed("\(error)", after: nil)
    }
    if response.isSuccess { return .arrived }
    let reason = "status \(response.status): \(response.text.prefix(200))"
    guard response.status == 429 || response.status >= 500 else {
      return .refused(status: response.status, reason)
    }
    let wish = RetryAfter.duration(response.headers["Retry-After"], now: clock.now)
    return .failed(reason, after: wish)
  }

  private func drop(_ samples: Int, _ reason: String) {
    count { $0.dropped += samples }
    logger.error(
      "samples were refused",
      metadata: [
        "destination": "\(destination.name)", "samples": "\(samples)", "reason": "\(reason)",
      ])
  }

  private func noteFailure(_ reason: String) {
    let wasFailing = outage.isFailing.withLock { value in
      defer { value = true }
      return value
    }
    guard !wasFailing else { return }
    logger.warning(
      "samples wait", metadata: ["destination": "\(destination.name)", "reason": "\(reason)"])
  }

  private func noteArrival() {
    let wasFailing = outage.isFailing.withLock { value in
      defer { value = false }
      return value
    }
    guard wasFailing else { return }
    logger.notice("samples arrive again", metadata: ["destination": "\(destination.name)"])
  }
}
