package import Concurrency
import Codecs
import Logging
package import MetricModel
package import SQLiteStorage
package import StorageAPI
import Synchronization

/// Stores samples and adds a copy of them to the queue of every remote-write destination.
///
/// The copy is committed to the queue before the batch is appended to the store. A crash between
/// the two therefore leaves a batch that the destinations get and the store lacks, never the
/// reverse; in both cases `append` had not returned. Neither a restart nor an outage of a
/// destination loses samples for which `append` returned.
package final class ForwardingAppender: SampleAppender {
  private struct State {
    var destinations: [RemoteWriteDestination] = []
    var labelCache = SeriesLabelCache()
    var lastTurn: Duration
    var counts = QueueingCounts()
    /// Whether the last batch could not be queued.
    var isFailing = false
    /// Whether the last batch made the queue drop messages because of its limits.
    var isOverLimit = false
  }

  /// Samples that were lost on their way through the queue, for Tocsin's own metrics.
  package struct QueueingCounts: Sendable, Equatable {
    /// Samples that could not be queued.
    package var notQueued = 0
    /// Samples dropped because the queue exceeded its limit of bytes or age.
    package var expired = 0

    package init() {}
  }

  /// The minimum time for which the labels of a series stay cached without being written.
  private static let turn: Duration = .seconds(3_600)

  private let store: any SampleAppender
  private let queue: SendQueue
  private let clock: TimeSource
  private let state: Mutex<State>
  private let logger = Logger(label: "remote-write")

  package init(
    store: any SampleAppender, queue: SendQueue, clock: TimeSource = .system
  ) {
    self.store = store
    self.queue = queue
    self.clock = clock
    state = Mutex(State(lastTurn: clock.monotonic))
  }

  /// The samples that did not enter the queue, or expired in it, since the start of the process.
  package var counts: QueueingCounts { state.withLock { $0.counts } }

  /// Replaces the destinations. Writers are asked for the labels of all series again.
  package func use(_ destinations: [RemoteWriteDestination]) {
    state.withLock { state in
      guard state.destinations != destinations else { return }
      state.destinations = destinations
      state.labelCache = SeriesLabelCache()
    }
  }

  package func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    let numbers = try await store.series(for: labels)
    state.withLock { state in
      guard !state.destinations.isEmpty else { return }
      for (number, labels) in zip(numbers, labels) where state.labelCache[number] == nil {
        state.labelCache[number] = state.destinations.map { $0.labels(of: labels) }
      }
    }
    return numbers
  }

  package func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    guard hasDestinations else { return try await store.append(batch) }
    return try await forward(batch) { batch throws(StorageError) in try await store.append(batch) }
  }

  package func appendSoon(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    guard hasDestinations else { return try await store.appendSoon(batch) }
    return try await forward(batch) { batch throws(StorageError) in
      try await store.appendSoon(batch)
    }
  }

  private var hasDestinations: Bool { state.withLock { !$0.destinations.isEmpty } }

  /// Queues a batch, then appends it to the store.
  private func forward(
    _ batch: SampleBatch,
    _ append: (SampleBatch) async throws(StorageError) -> AppendOutcome
  ) async throws(StorageError) -> AppendOutcome {
    let (messages, unknown) = messages(for: batch, without: [])
    let numbers = await queue(messages)
    // The writer registers unknown series and appends their samples again. Stale markers are never
    // repeated, so they are appended now.
    let known = unknown.isEmpty ? batch : batch.filtered { !unknown.contains($0) || $1 }
    var outcome = try await append(known)
    if !outcome.unknownSeries.isEmpty {
      // The store has forgotten these series, so the writer repeats their samples as well: the
      // copies must not arrive twice.
      let forgotten = Set(outcome.unknownSeries)
      await queue(self.messages(for: batch, without: forgotten).messages, replacing: numbers)
    }
    outcome.unknownSeries += unknown.subtracting(outcome.unknownSeries)
    return outcome
  }

  @discardableResult
  private func queue(
    _ messages: [SendQueue.Message], replacing numbers: [Int64] = []
  ) async -> [Int64] {
    guard !messages.isEmpty || !numbers.isEmpty else { return [] }
    do {
      let added = try await queue.add(messages, replacing: numbers, now: clock.now)
      noteQueued(expired: added.expiredSamples)
      return added.numbers
    } catch {
      let isNew = state.withLock { state in
        state.counts.notQueued += messages.reduce(0) { $0 + $1.count }
        defer { state.isFailing = true }
        return !state.isFailing
      }
      if isNew { logger.error("samples cannot be queued", metadata: ["reason": "\(error)"]) }
      return []
    }
  }

  private func noteQueued(expired: Int) {
    let (isNew, hasRecovered) = state.withLock { state in
      state.counts.expired += expired
      defer {
        state.isFailing = false
        state.isOverLimit = expired > 0
      }
      return (expired > 0 && !state.isOverLimit, state.isFailing)
    }
    if hasRecovered { logger.notice("samples are queued again") }
    if isNew {
      logger.error("the queue is at its limit of bytes or age: the oldest samples are dropped")
    }
  }

  private func messages(
    for batch: SampleBatch, without forgotten: Set<SeriesID>
  ) -> (messages: [SendQueue.Message], unknown: Set<SeriesID>) {
    let now = clock.monotonic
    return state.withLock { state in
      if now - state.lastTurn >= Self.turn {
        state.labelCache.turn()
        state.lastTurn = now
      }
      for series in forgotten { state.labelCache[series] = nil }
      var unknown: Set<SeriesID> = []
      var builders = state.destinations.map { MessageBuilder(destination: $0) }
      for index in 0..<batch.count where !forgotten.contains(batch.series[index]) {
        guard let labels = state.labelCache[batch.series[index]] else {
          unknown.insert(batch.series[index])
          continue
        }
        for place in builders.indices {
          guard let labels = labels[place] else { continue }
          builders[place].add(labels, at: batch.timestamps[index], batch.values[index])
        }
      }
      return (builders.flatMap { $0.finished() }, unknown)
    }
  }
}

/// Builds the messages of one batch for one destination.
private struct MessageBuilder {
  private let name: String
  private let samplesPerSend: Int
  private var encoder = WriteRequestEncoder()
  private var messages: [SendQueue.Message] = []

  init(destination: RemoteWriteDestination) {
    name = destination.name
    samplesPerSend = destination.samplesPerSend
  }

  mutating func add(_ labels: [UInt8], at timestamp: Timestamp, _ value: Double) {
    encoder.add(labels, at: timestamp, value)
    if encoder.count >= samplesPerSend { flush() }
  }

  consuming func finished() -> [SendQueue.Message] {
    flush()
    return messages
  }

  private mutating func flush() {
    guard encoder.count > 0 else { return }
    messages.append(
      SendQueue.Message(
        destination: name, count: encoder.count, payload: SnappyBlock.compress(encoder.bytes)))
    encoder = WriteRequestEncoder()
  }
}

extension SampleBatch {
  /// The samples that `isAllowed` accepts, given their series and whether they end it.
  fileprivate func filtered(_ isAllowed: (SeriesID, _ isEnd: Bool) -> Bool) -> SampleBatch {
    var result = SampleBatch()
    for index in 0..<count where isAllowed(series[index], StaleMarker.isStale(values[index])) {
      result.append(series[index], at: timestamps[index], values[index])
    }
    return result
  }
}
