package import Concurrency
import Codecs
import Logging
package import MetricModel
package import SQLiteStorage
package import StorageAPI
import Synchronization

/// Keeps samples in the store and puts a copy of them into the queue of every destination.
///
/// The copy is committed to the queue before the store is asked to keep the batch. So a death between the two leaves a
/// batch that the destinations get and the store has not, never one that the store has and they do not get; the writer had no
/// answer for it either way. Neither a restart nor an outage of the other side loses what `append` returned for.
package final class ForwardingAppender: SampleAppender {
  private struct State {
    var destinations: [RemoteWriteDestination] = []
    var book = SeriesLabelCache()
    var lastTurn: Duration
    var counts = QueueingCounts()
    /// Whether the last batch could not be queued.
    var isFailing = false
    /// Whether messages were dropped because of the limits lately.
    var isOverLimit = false
  }

  /// What became of samples on their way into the queue, for Tocsin's own metrics.
  package struct QueueingCounts: Sendable, Equatable {
    /// Samples that could not be queued.
    package var notQueued = 0
    /// Samples that were over the queue's limits of bytes or age.
    package var expired = 0

    package init() {}
  }

  /// How long a series stays known at least without being written.
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

  /// What did not get into the queue, or not out of it, since the start.
  package var counts: QueueingCounts { state.withLock { $0.counts } }

  /// Changes who gets copies. Series that are known already are asked for anew by those who write them.
  package func use(_ destinations: [RemoteWriteDestination]) {
    state.withLock { state in
      guard state.destinations != destinations else { return }
      state.destinations = destinations
      state.book = SeriesLabelCache()
    }
  }

  package func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    let numbers = try await store.series(for: labels)
    state.withLock { state in
      guard !state.destinations.isEmpty else { return }
      for (number, labels) in zip(numbers, labels) where state.book[number] == nil {
        state.book[number] = state.destinations.map { $0.labels(of: labels) }
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

  /// Queues a batch, then has it kept.
  private func forward(
    _ batch: SampleBatch,
    _ keep: (SampleBatch) async throws(StorageError) -> AppendOutcome
  ) async throws(StorageError) -> AppendOutcome {
    let (messages, unknown) = messages(for: batch, without: [])
    let numbers = await queue(messages)
    // The writer asks for the labels of the unknown ones and appends them again; but ends of series are never repeated.
    let known = unknown.isEmpty ? batch : batch.filtered { !unknown.contains($0) || $1 }
    var outcome = try await keep(known)
    if !outcome.unknownSeries.isEmpty {
      // The store has forgotten these, so that the writer repeats them, too: the copies must not arrive twice.
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
        state.book.turn()
        state.lastTurn = now
      }
      for series in forgotten { state.book[series] = nil }
      var unknown: Set<SeriesID> = []
      var builders = state.destinations.map { MessageBuilder(destination: $0) }
      for index in 0..<batch.count where !forgotten.contains(batch.series[index]) {
        guard let labels = state.book[batch.series[index]] else {
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

/// Makes the messages of one batch for one destination.
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
  /// The samples for which `isKept` says so by their series and whether they end it.
  fileprivate func filtered(_ isAllowed: (SeriesID, _ isEnd: Bool) -> Bool) -> SampleBatch {
    var result = SampleBatch()
    for index in 0..<count where isAllowed(series[index], StaleMarker.isStale(values[index])) {
      result.append(series[index], at: timestamps[index], values[index])
    }
    return result
  }
}
