import Concurrency
import Glibc
import Synchronization
import TestSupport
import Testing

/// A call that blocks its thread until it is released, as a read from a dead disk does.
private final class HangingCall: Sendable {
  private let isReleased = Mutex(false)
  private let hasBegun = Promise<Void>()

  func run() {
    hasBegun.fulfill(())
    while !isReleased.withLock({ $0 }) { usleep(1000) }
  }

  func begun() async { await hasBegun.value }

  func release() { isReleased.withLock { $0 = true } }
}

struct BlockingCallPoolTests {
  private func blocked(_ name: String) -> Int? {
    BlockedThreads.byPool.first { $0.pool == name }?.threads
  }

  @Test func aCallGivesItsResult() async throws {
    let pool = BlockingCallPool(name: "result")
    for number in 0..<20 {
      #expect(try await pool.run { number * 2 } == number * 2)
      #expect(try pool.runBlocking(until: .now + .seconds(60)) { number * 3 } == number * 3)
    }
    #expect(pool.stuckCount == 0)
    #expect(blocked("result") == 0)
  }

  @Test func anOverdueCallIsAbandonedCountedAndItsThreadBoundedUntilItReturns() async throws {
    let call = HangingCall()
    let lateResults = Mutex([Int]())
    let pool = BlockingCallPool(name: "overdue", threadLimit: 1)
    await #expect(throws: BlockingCallError.overdue("overdue")) {
      try await pool.run(within: .seconds(5), clock: .immediate) {
        call.run()
        return 7
      } whenLate: { result in
        lateResults.withLock { $0.append(result) }
      }
    }
    #expect(pool.stuckCount == 1)
    #expect(pool.abandonedCount == 1)
    #expect(blocked("overdue") == 1)
    await #expect(throws: BlockingCallError.exhausted("overdue", threads: 1)) {
      try await pool.run { 1 }
    }
    call.release()
    try await eventually("the thread is back") { pool.stuckCount == 0 }
    #expect(lateResults.withLock { $0 } == [7])
    #expect(blocked("overdue") == 0)
    #expect(try await pool.run { 2 } == 2)
    #expect(pool.abandonedCount == 1)
  }

  @Test func aCancelledTaskAbandonsItsCall() async throws {
    let call = HangingCall()
    let pool = BlockingCallPool(name: "cancelled")
    let task = Task { try await pool.run { call.run() } }
    await call.begun()
    task.cancel()
    await #expect(throws: BlockingCallError.cancelled("cancelled")) { try await task.value }
    #expect(pool.stuckCount == 1)
    call.release()
    try await eventually("the thread is back") { pool.stuckCount == 0 }
  }

  @Test func aThreadAbandonsACall() async throws {
    let call = HangingCall()
    let pool = BlockingCallPool(name: "blocking", threadLimit: 2, idleLimit: 0)
    #expect(throws: BlockingCallError.overdue("blocking")) {
      try pool.runBlocking(until: .now) { call.run() }
    }
    #expect(pool.stuckCount == 1)
    call.release()
    try await eventually("the thread is back") { pool.stuckCount == 0 }
  }

  @Test func anAbandonedCallCountsUntilItReturns() async throws {
    let call = HangingCall()
    let pool = BlockingCallPool(name: "alone", threadLimit: 1)
    try pool.start { call.run() }
    #expect(pool.stuckCount == 1)
    #expect(throws: BlockingCallError.exhausted("alone", threads: 1)) { try pool.start {} }
    call.release()
    try await eventually("the thread is back") { pool.stuckCount == 0 }
  }

  @Test func callsInARowGoOnBehindOneThatHangs() async throws {
    let call = HangingCall()
    let pool = BlockingCallPool(name: "row")
    let done = Mutex<Set<Int>>([])
    let (late, overdue) = (Promise<Int>(), Promise<Int>())
    let task = Task {
      try await pool.runEach(
        count: 6, until: .seconds(600), limit: .milliseconds(50)
      ) { number in
        if number == 2 { call.run() }
        done.withLock { _ = $0.insert(number) }
      } whenLate: {
        late.fulfill($0)
      } onTimeout: {
        overdue.fulfill($0)
      }
    }
    try await task.value
    #expect(overdue.current == 2)
    #expect(done.withLock { $0 } == [0, 1, 3, 4, 5])
    call.release()
    #expect(await late.value == 2)
    try await eventually("the thread is back") { pool.stuckCount == 0 }
  }

  @Test func aCancelledTaskAbandonsTheCallInARowThatHangs() async throws {
    let call = HangingCall()
    let pool = BlockingCallPool(name: "cancelled row")
    let done = Mutex(0)
    let task = Task {
      try await pool.runEach(
        count: 9, until: .seconds(600), limit: .seconds(60), clock: .stopped
      ) { _ in
        call.run()
        done.withLock { $0 += 1 }
      }
    }
    await call.begun()
    task.cancel()
    try await task.value
    #expect(pool.stuckCount == 1)
    call.release()
    try await eventually("the thread is back") { pool.stuckCount == 0 }
    // No further call was made.
    #expect(done.withLock { $0 } == 1)
  }

  @Test func aPoolHasAThread() async {
    await #expect(processExitsWith: .failure) { _ = BlockingCallPool(name: "x", threadLimit: 0) }
  }
}
