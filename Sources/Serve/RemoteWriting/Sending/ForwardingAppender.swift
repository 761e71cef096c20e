import Logging
package import MetricModel
package import StateDatabase
package import StorageAPI
import Synchronization

/// Keeps samples in the store and puts a copy of them into the queue of every destination.
///
/// A sample is queued, on disk, before `append` returns: neither a restart nor an outage of the other side loses it.
package final class ForwardingAppender: SampleAppender {
  private struct State {
    var destinations: [RemoteWriteDestination] = []
    /// The labels on the wire by series, one entry per destination; nil where relabelling drops the series.
    var labels: [SeriesID: [[UInt8]?]] = [:]
  }

  private let store: any SampleAppender
  private let queue: SendQueue
  private let state = Mutex(State())
  private let lost = Atomic<Int>(0)
  private let logger = Logger(label: "remote-write")

  package init(store: any SampleAppender, queue: SendQueue) {
    self.store = store
    self.queue = queue
  }

  /// Samples that could not be queued.
  package var notQueued: Int { lost.load(ordering: .relaxed) }

  /// Changes who gets copies. Series that are known already are asked for anew by those who write them.
  package func use(_ destinations: [RemoteWriteDestination]) {
    state.withLock { state in
      guard state.destinations != destinations else { return }
      state.destinations = destinations
      state.labels = [:]
    }
  }

  package func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    let numbers = try await store.series(for: labels)
    state.withLock { state in
      guard !state.destinations.isEmpty else { return }
      for (number, labels) in zip(numbers, labels) where state.labels[number] == nil {
        state.labels[number] = state.destinations.map { $0.labels(of: labels) }
      }
    }
    return numbers
  }

  package func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    await forward(batch, try await store.append(batch))
  }

  package func appendSoon(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    await forward(batch, try await store.appendSoon(batch))
  }

  /// Queues what the store has taken.
  private func forward(_ batch: SampleBatch, _ kept: AppendOutcome) async -> AppendOutcome {
    var outcome = kept
    let (messages, unknown) = messages(for: batch, without: Set(outcome.unknownSeries))
    // The writer asks for the labels of these and appends once more: an identical repeat is no harm to the store.
    outcome.unknownSeries += unknown
    guard !messages.isEmpty else { return outcome }
    do {
      try await queue.add(messages)
    } catch {
      let count = messages.reduce(0) { $0 + $1.count }
      if lost.add(count, ordering: .relaxed).oldValue == 0 {
        logger.error("samples cannot be queued", metadata: ["reason": "\(error)"])
      }
    }
    return outcome
  }

  private typealias Message = (destination: String, count: Int, payload: [UInt8])

  private func messages(
    for batch: SampleBatch, without forgotten: Set<SeriesID>
  ) -> ([Message], [SeriesID]) {
    state.withLock { state in
      for series in forgotten { state.labels[series] = nil }
      var messages: [Message] = []
      var unknown: Set<SeriesID> = []
      for (place, destination) in state.destinations.enumerated() {
        var encoder = WriteRequestEncoder()
        func flush() {
          guard encoder.count > 0 else { return }
          let payload = SnappyBlock.compress(encoder.bytes)
          messages.append((destination.name, encoder.count, payload))
          encoder = WriteRequestEncoder()
        }
        for index in 0..<batch.count where !forgotten.contains(batch.series[index]) {
          guard let labels = state.labels[batch.series[index]] else {
            unknown.insert(batch.series[index])
            continue
          }
          guard let labels = labels[place] else { continue }
          encoder.add(labels, at: batch.timestamps[index], batch.values[index])
          if encoder.count >= destination.samplesPerSend { flush() }
        }
        flush()
      }
      return (messages, Array(unknown))
    }
  }
}
