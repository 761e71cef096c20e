import MetricModel
import PromQLEngine
import StorageAPI

/// Writes the series of one rule, and marks those as stale that the rule gave at its last
/// evaluation and gives no more.
struct SeriesWriter: Sendable {
  /// The series of the last evaluation whose samples the store took.
  private(set) var previous: Set<Labels> = []
  private var numbers: [Labels: SeriesID] = [:]

  init(previous: Set<Labels> = []) { self.previous = previous }

  /// Writes a sample for each element at an instant.
  mutating func write(
    _ elements: [VectorElement], at instant: Timestamp, to appender: any SampleAppender
  ) async throws(RuleError) -> AppendOutcome {
    let current = Set(elements.map(\.labels))
    let vanished = previous.subtracting(current)
    guard !elements.isEmpty || !vanished.isEmpty else { return AppendOutcome() }
    let rows =
      elements
      + vanished.map { VectorElement(labels: $0, value: .float(StaleMarker.value)) }
    do {
      var outcome = try await appender.appendSoon(batch(rows, at: instant, appender))
      if !outcome.unknownSeries.isEmpty {
        // The store dropped the ids of idle series: ask for new ones and write these samples again.
        let forgotten = Set(outcome.unknownSeries)
        let again = rows.filter { numbers[$0.labels].map(forgotten.contains) ?? true }
        for row in again { numbers[row.labels] = nil }
        let second = try await appender.appendSoon(batch(again, at: instant, appender))
        outcome.appended += second.appended
        outcome.tooOld += second.tooOld
        outcome.duplicate += second.duplicate
        outcome.unknownSeries = second.unknownSeries
      }
      previous = current
      for labels in vanished { numbers[labels] = nil }
      return outcome
    } catch {
      if error == .cancelled { throw .cancelled }
      throw .storage(error.description)
    }
  }

  private mutating func batch(
    _ rows: [VectorElement], at instant: Timestamp, _ appender: any SampleAppender
  ) async throws(StorageError) -> SampleBatch {
    let unknown = rows.map(\.labels).filter { numbers[$0] == nil }
    if !unknown.isEmpty {
      for (labels, number) in zip(unknown, try await appender.series(for: unknown)) {
        numbers[labels] = number
      }
    }
    var batch = SampleBatch()
    batch.reserveCapacity(rows.count)
    for row in rows {
      guard let number = numbers[row.labels] else { continue }
      switch row.value {
      case .float(let value): batch.append(number, at: instant, value)
      }
    }
    return batch
  }
}
