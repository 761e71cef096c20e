import CollectorCore
import Glibc
import Synchronization
import Testing

@Test func aBlockingCallGivesItsResult() async throws {
  let worker = BlockingWorker()
  for number in 0..<20 {
    #expect(try await worker.run(context: .relaxed) { number * 2 } == number * 2)
  }
  #expect(worker.stuckCount == 0)
}

@Test func anOverdueCallIsAbandonedCountedAndItsThreadBoundedUntilItReturns() async throws {
  let clock = ManualClock()
  let release = Mutex(false)
  let lateResults = Mutex([Int]())
  let worker = BlockingWorker(threadLimit: 1)
  let context = ScrapeContext(clock: clock.collectorClock, budget: .seconds(5))
  let call = Task {
    try await worker.run(
      context: context,
      {
        while !release.withLock({ $0 }) { usleep(1000) }
        return 7
      }, whenLate: { result in lateResults.withLock { $0.append(result) } })
  }
  await clock.waitForSleepers(1)
  clock.advance(by: .seconds(5))
  await #expect(throws: BlockingWorker.Failure.overdue) { try await call.value }
  #expect(worker.stuckCount == 1)
  #expect(worker.abandonedCount == 1)
  await #expect(throws: BlockingWorker.Failure.exhausted(threads: 1)) {
    try await worker.run(context: .relaxed) { 1 }
  }
  release.withLock { $0 = true }
  while worker.stuckCount > 0 { await Task.yield() }
  #expect(lateResults.withLock { $0 } == [7])
  #expect(try await worker.run(context: .relaxed) { 2 } == 2)
  #expect(worker.abandonedCount == 1)
}
