import Logging
import MetricModel
import MetricScraping
package import StateDatabase
import StorageAPI
import Synchronization
package import WebClient

/// Sends what waits in the queue to the destinations, each in order and one request at a time, until it has arrived.
///
/// 429, 5xx and failed connections are tried again, later each time and not before the other side's Retry-After; what is refused
/// otherwise is counted and dropped.
package actor RemoteWriteSender {
  private let queue: SendQueue
  private let client: WebClient
  private let logger = Logger(label: "remote-write")
  private let counts = Mutex(SentCounts())
  private var running: [RemoteWriteDestination: Task<Void, Never>] = [:]

  package init(queue: SendQueue, client: WebClient) {
    self.queue = queue
    self.client = client
  }

  /// What was sent since the start.
  package nonisolated var sent: SentCounts { counts.withLock { $0 } }

  /// Makes these the destinations; what waits for others is forgotten.
  package func use(_ destinations: [RemoteWriteDestination]) async {
    for (destination, task) in running where !destinations.contains(destination) {
      task.cancel()
      running[destination] = nil
      await task.value
    }
    do {
      try await queue.keep(destinations: destinations.map(\.name))
    } catch {
      logger.error("the queue cannot be cleaned", metadata: ["reason": "\(error)"])
    }
    for destination in destinations where running[destination] == nil {
      running[destination] = Task { await self.run(destination) }
    }
  }

  /// Ends all sending; what waits stays on disk.
  package func stop() async {
    let tasks = running.values
    running = [:]
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private nonisolated func run(_ destination: RemoteWriteDestination) async {
    var pause = destination.shortestPause.duration
    var isFailing = false
    while !Task.isCancelled {
      do {
        let entries = try await queue.next(
          for: destination.name, samples: destination.samplesPerSend)
        guard let last = entries.last else {
          try await Task.sleep(for: destination.sendDeadline.duration)
          continue
        }
        let samples = entries.reduce(0) { $0 + $1.count }
        switch await send(entries, to: destination) {
        case .arrived: counts.withLock { $0.sent += samples }
        case .refused(let reason):
          counts.withLock { $0.dropped += samples }
          logger.error(
            "samples were refused",
            metadata: ["destination": "\(destination.name)", "reason": "\(reason)"])
        case .failed(let reason, let wish):
          counts.withLock { $0.retries += 1 }
          if !isFailing {
            logger.warning(
              "samples wait",
              metadata: ["destination": "\(destination.name)", "reason": "\(reason)"])
          }
          isFailing = true
          try await Task.sleep(for: max(pause, wish ?? .zero))
          pause = min(pause * 2, destination.longestPause.duration)
          continue
        }
        isFailing = false
        pause = destination.shortestPause.duration
        try await queue.remove(for: destination.name, through: last.number)
      } catch is CancellationError {
        return
      } catch {
        logger.error("the queue cannot be read", metadata: ["reason": "\(error)"])
        guard (try? await Task.sleep(for: destination.longestPause.duration)) != nil else { return }
      }
    }
  }

  /// What became of a request.
  private enum Outcome {
    case arrived
    case refused(String)
    case failed(String, after: Duration?)
  }

  private nonisolated func send(
    _ entries: [SendQueue.Entry], to destination: RemoteWriteDestination
  ) async -> Outcome {
    var request = WebRequest(.post, destination.url)
    do {
      try destination.client.apply(to: &request)
      request.body = try Self.body(entries)
    } catch let failure as SnappyBlock.Failure {
      return .refused("damaged queue: \(failure)")
    } catch {
      return .failed("\(error)", after: nil)
    }
    request.headers["Content-Type"] = "application/x-protobuf"
    request.headers["Content-Encoding"] = "snappy"
    request.headers["X-Prometheus-Remote-Write-Version"] = "0.1.0"
    request.userAgent = "Tocsin/" + TocsinVersion.current
    request.timeout = destination.timeout.duration
    request.maximumBodyBytes = 1 << 20
    let response: WebResponse
    do {
      response = try await client.send(request)
    } catch {
      return .failed("\(error)", after: nil)
    }
    if response.isSuccess { return .arrived }
    let reason = "status \(response.status): \(response.text.prefix(200))"
    guard response.status == 429 || response.status >= 500 else { return .refused(reason) }
    let seconds = response.headers["Retry-After"].flatMap { Int($0) }
    return .failed(reason, after: seconds.map { .seconds(min(max(0, $0), 3_600)) })
  }

  /// Messages one after the other are one message.
  private static func body(_ entries: [SendQueue.Entry]) throws(SnappyBlock.Failure) -> [UInt8] {
    if entries.count == 1 { return entries[0].payload }
    var message: [UInt8] = []
    for entry in entries {
      let payload = entry.payload
      message += try SnappyBlock.decompress(
        payload.span, limit: RemoteWriteReceiver.bodyLimit)
    }
    return SnappyBlock.compress(message)
  }
}
