import Concurrency
import Synchronization
import TestSupport
import Testing

struct AsyncSemaphoreTests {
  @Test func tasksWaitInTheOrderOfTheirArrival() async throws {
    let semaphore = AsyncSemaphore(permits: 2)
    let order = Recorder<[Int]>([])
    try await semaphore.acquire()
    try await semaphore.acquire()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for number in 0..<4 {
        tasks.addTask {
          try await semaphore.acquire()
          order.withLock { $0.append(number) }
          semaphore.release()
        }
        try await eventually("it waits") { semaphore.waitingCount == number + 1 }
      }
      semaphore.release()
      try await tasks.waitForAll()
    }
    #expect(order.withLock { $0 } == [0, 1, 2, 3])
    #expect(semaphore.tryAcquire())
    #expect(!semaphore.tryAcquire())
  }

  @Test func aCancelledTaskLeavesTheQueue() async throws {
    let semaphore = AsyncSemaphore(permits: 1)
    try await semaphore.acquire()
    let first = Task { try await semaphore.acquire() }
    try await eventually("it waits") { semaphore.waitingCount == 1 }
    let second = Task { try await semaphore.acquire() }
    try await eventually("both wait") { semaphore.waitingCount == 2 }
    first.cancel()
    await #expect(throws: WaitError.cancelled) { try await first.value }
    semaphore.release()
    try await second.value
    #expect(!semaphore.tryAcquire())
  }

  @Test func aTaskThatWaitsForTheWholeLimitLeavesTheQueue() async throws {
    let semaphore = AsyncSemaphore(permits: 1)
    try await semaphore.acquire()
    await #expect(throws: WaitError.timedOut(after: .seconds(5))) {
      try await semaphore.acquire(within: .seconds(5), clock: .immediate)
    }
    #expect(semaphore.waitingCount == 0)
    semaphore.release()
    try await semaphore.acquire(within: .seconds(5), clock: .immediate)
  }

  @Test func aTaskThatIsCancelledAlreadyDoesNotWait() async throws {
    let semaphore = AsyncSemaphore(permits: 1)
    try await semaphore.acquire()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await semaphore.acquire(within: .seconds(5), clock: .stopped)
    }
    task.cancel()
    await #expect(throws: WaitError.cancelled) { try await task.value }
  }

  @Test func noPermitIsLostBetweenCancellationsAndLimits() async throws {
    let semaphore = AsyncSemaphore(permits: 3)
    let running = Recorder(0)
    await withTaskGroup(of: Void.self) { tasks in
      for number in 0..<400 {
        tasks.addTask {
          let task = Task {
            let limit: Duration? = number % 3 == 0 ? .microseconds(number) : nil
            guard (try? await semaphore.acquire(within: limit)) != nil else { return }
            let count = running.withLock { running in
              running += 1
              return running
            }
            #expect(count <= 3)
            await Task.yield()
            running.withLock { $0 -= 1 }
            semaphore.release()
          }
          if number % 2 == 0 { task.cancel() }
          await task.value
        }
      }
    }
    for _ in 0..<3 { #expect(semaphore.tryAcquire()) }
    #expect(!semaphore.tryAcquire())
  }

  @Test func aSemaphoreHasAtLeastOnePermit() async {
    await #expect(processExitsWith: .failure) { _ = AsyncSemaphore(permits: 0) }
  }

  @Test func onlyAPermitThatIsHeldCanBeReleased() async {
    await #expect(processExitsWith: .failure) { AsyncSemaphore(permits: 1).release() }
  }
}
