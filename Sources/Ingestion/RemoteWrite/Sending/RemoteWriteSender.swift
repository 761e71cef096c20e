package import Concurrency
import Logging
import MetricModel
package import SQLiteStorage
import StorageAPI
import Synchronization
package import WebClient

/// Sends the queued samples to the destinations: each series in order, with several parallel
/// requests when the queue is long.
///
/// It takes the oldest messages of a queue, distributes them over shards by series, and removes
/// them when all shards are delivered. `Delivery` defines what is retried and what is dropped.
package actor RemoteWriteSender {
  private let queue: SendQueue
  private let client: WebClient
  private let clock: TimeSource
  private let logger = Logger(label: "remote-write")
  private let counts = Mutex(SentCounts())
  private let sending = KeyedTasks<RemoteWriteDestination>()

  package init(
    queue: SendQueue, client: WebClient, clock: TimeSource = .system
  ) {
    self.queue = queue
    self.client = client
    self.clock = clock
  }

  /// What was sent since the start of the process.
  package nonisolated var sent: SentCounts { counts.withLock { $0 } }

  /// Replaces the destinations; queues of removed destinations are deleted.
  package func use(_ destinations: [RemoteWriteDestination]) async {
    for destination in sending.keys where !destinations.contains(destination) {
      await sending.cancel(destination)?.value
    }
    do {
      let forgotten = try await queue.retain(destinations: destinations.map(\.name))
      if forgotten > 0 {
        logger.warning(
          "samples for destinations that are gone from the configuration are forgotten",
          metadata: ["samples": "\(forgotten)"])
      }
    } catch {
      logger.error("the queue cannot be cleaned", metadata: ["reason": "\(error)"])
    }
    for destination in destinations {
      sending.start(destination) { await self.run(destination) }
    }
  }

  /// Stops sending; queued samples stay on disk.
  package func stop() async { await sending.cancelAll() }

  private nonisolated func run(_ destination: RemoteWriteDestination) async {
    let delivery = Delivery(
      destination: destination, client: client, clock: clock, logger: logger
    ) { change in self.counts.withLock { change(&$0) } }
    var hasSpaceToGiveBack = false
    while !Task.isCancelled {
      do {
        let entries = try queue.next(
          for: destination.name,
          samples: destination.samplesPerSend * destination.parallelRequests)
        guard let last = entries.last else {
          if hasSpaceToGiveBack { try await queue.giveBackSpace() }
          hasSpaceToGiveBack = false
          try await clock.sleep(for: destination.sendDeadline)
          continue
        }
        try await delivery.send(entries)
        try await queue.remove(for: destination.name, through: last.number)
        hasSpaceToGiveBack = true
      } catch is CancellationError {
        return
      } catch {
        logger.error("the queue cannot be read", metadata: ["reason": "\(error)"])
        guard (try? await clock.sleep(for: destination.longestPause)) != nil else {
          return
        }
      }
    }
  }
}
