import Logging
import MetricModel
package import Scraping
package import SQLiteStorage
import StorageAPI
import Synchronization
package import WebClient

/// Sends what waits in the queue to the destinations until it has arrived: each series in order, several requests side by side
/// when much waits.
///
/// It takes the oldest messages, deals them out to lanes by series, and forgets them when all lanes have come through. See
/// ``Delivery`` for what is tried again and what is dropped.
package actor RemoteWriteSender {
  private let queue: SendQueue
  private let client: WebClient
  private let clock: any ScrapeClock
  private let logger = Logger(label: "remote-write")
  private let counts = Mutex(SentCounts())
  private var running: [RemoteWriteDestination: Task<Void, Never>] = [:]

  package init(
    queue: SendQueue, client: WebClient, clock: any ScrapeClock = SystemScrapeClock()
  ) {
    self.queue = queue
    self.client = client
    self.clock = clock
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
      let forgotten = try await queue.keep(destinations: destinations.map(\.name))
      if forgotten > 0 {
        logger.warning(
          "samples for destinations that are gone from the configuration are forgotten",
          metadata: ["samples": "\(forgotten)"])
      }
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
    let delivery = Delivery(
      destination: destination, client: client, clock: clock, logger: logger
    ) { change in self.counts.withLock { change(&$0) } }
    var hasRoomToGive = false
    while !Task.isCancelled {
      do {
        let entries = try queue.next(
          for: destination.name,
          samples: destination.samplesPerSend * destination.parallelRequests)
        guard let last = entries.last else {
          if hasRoomToGive { try await queue.giveBackRoom() }
          hasRoomToGive = false
          try await clock.sleep(for: destination.sendDeadline.duration)
          continue
        }
        try await delivery.send(entries)
        try await queue.remove(for: destination.name, through: last.number)
        hasRoomToGive = true
      } catch is CancellationError {
        return
      } catch {
        logger.error("the queue cannot be read", metadata: ["reason": "\(error)"])
        guard (try? await clock.sleep(for: destination.longestPause.duration)) != nil else {
          return
        }
      }
    }
  }
}
