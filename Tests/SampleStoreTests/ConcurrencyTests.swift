import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// Selections run beside batches and maintenance, and each sees whole series.
struct ConcurrencyTests {
  @Test func readersSeeGrowingSeriesWithoutGaps() async throws {
    let fixture = try await StoreFixture(settings: .small)
    let store = fixture.store
    let rounds: Int64 = 150
    try await withThrowingTaskGroup { group in
      for writer in 0..<3 {
        group.addTask {
          for time in 0..<rounds {
            let labels = (0..<20).map { Labels(name: "m", [("w", "\(writer)"), ("n", "\($0)")]) }
            var batch = SampleBatch()
            for id in try await store.series(for: labels) {
              batch.append(id, at: Timestamp(rawValue: time * 1000), Double(time))
            }
            #expect(try await store.append(batch).appended == 20)
          }
        }
      }
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<60 {
            for (_, columns) in try await store.samples() {
              #expect(columns.timestamps == (0..<Int64(columns.count)).map { $0 * 1000 })
              #expect(columns.values == (0..<columns.count).map(Double.init))
            }
          }
        }
      }
      group.addTask {
        for step in 0..<40 { await store.maintain(now: Timestamp(rawValue: Int64(step) * 4000)) }
      }
      try await group.waitForAll()
    }
    let found = try await store.samples()
    #expect(found.count == 60)
    #expect(found.values.allSatisfy { $0.count == Int(rounds) })
    let again = try await fixture.afterKill(settings: .small)
    #expect(try await again.samples().values.allSatisfy { $0.count == Int(rounds) })
  }
}
