import MetricModel
import StorageAPI

/// Writes what one rule gives, and ends the series that it gave the last time and gives no more (G10).
struct SeriesWriter: Sendable {
  /// The series of the last evaluation whose samples were kept.
  private(set) var previous: Set<Labels> = []
  private var numbers: [Labels: SeriesID] = [:]

  init(previous: Set<Labels> = []) { self.previous = previous }

  /// Writes samples at an instant; returns how many the store refused.
  mutating func write(
    _ samples: [RuleSample], at instant: Timestamp, to appender: any SampleAppender
  ) async throws(RuleError) -> AppendOutcome {
    let current = Set(samples.map(\.labels))
    let vanished = previous.subtracting(current)
    guard !samples.isEmpty || !vanished.isEmpty else { return AppendOutcome() }
    let rows =
      samples + vanished.map { RuleSample(labels: $0, value: StaleMarker.value) }
    do {
      var outcome = try await appender.append(batch(rows, at: instant, appender))
      if !outcome.unknownSeries.isEmpty {
        // The store forgot numbers of idle series: ask again, and write those once more.
        let forgotten = Set(outcome.unknownSeries)
        let again = rows.filter { numbers[$0.labels].map(forgotten.contains) ?? true }
        for row in again { numbers[row.labels] = nil }
        let second = try await appender.append(batch(again, at: instant, appender))
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
    _ rows: [RuleSample], at instant: Timestamp, _ appender: any SampleAppender
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
      batch.append(number, at: instant, row.value)
    }
    return batch
  }
}
