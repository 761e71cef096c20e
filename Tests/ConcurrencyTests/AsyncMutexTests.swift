import Concurrency
import Synchronization
import TestSupport
import Testing

struct AsyncMutexTests {
  private struct Broken: Error {}

  @Test func oneTaskAtATimeIsLetThrough() async throws {
    let mutex = AsyncMutex()
    let state = Recorder((inside: 0, done: 0))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for _ in 0..<50 {
        tasks.addTask {
          try await mutex.withLock {
            state.withLock { $0.inside += 1 }
            await Task.yield()
            #expect(state.withLock { $0.inside } == 1)
            state.withLock { $0 = (0, $0.done + 1) }
          }
        }
      }
      try await tasks.waitForAll()
    }
    #expect(state.withLock { $0.done } == 50)
  }

  @Test func anErrorGivesTheMutexBack() async throws {
    let mutex = AsyncMutex()
    await #expect(throws: Broken.self) { try await mutex.withLock { throw Broken() } }
    #expect(try await mutex.withLock { 7 } == 7)
  }

  @Test func aTaskThatIsCancelledWhileItWaitsDoesNothing() async throws {
    let mutex = AsyncMutex()
    let hasRun = Mutex(false)
    try await mutex.lock()
    let waiting = Task { try await mutex.withLock { hasRun.withLock { $0 = true } } }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    mutex.unlock()
    #expect(!hasRun.withLock { $0 })
    try await mutex.lock()
  }

  @Test func aTaskThatIsCancelledInsideHoldsTheMutexUntilItReturns() async throws {
    let mutex = AsyncMutex()
    let entered = AsyncSignal()
    let mayLeave = Promise<Void>()
    let holder = Task {
      try await mutex.withLock {
        entered.notify()
        await mayLeave.value
      }
    }
    await entered.wait()
    holder.cancel()
    let next = Task { try await mutex.withLock { mayLeave.current != nil } }
    mayLeave.fulfill(())
    try await holder.value
    #expect(try await next.value)
  }

  @Test func aMutexThatIsNotHeldCannotBeUnlocked() async {
    await #expect(processExitsWith: .failure) { AsyncMutex().unlock() }
  }
}
