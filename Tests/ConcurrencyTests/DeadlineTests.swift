import Concurrency
import Synchronization
import TestSupport
import Testing

struct DeadlineTests {
  private struct Broken: Error {}

  /// Waits until its task is cancelled.
  @Sendable private static func untilCancelled() async {
    await Promise<Void>().valueUnlessCancelled()
  }

  @Test func aTimelyResultEndsTheWait() async throws {
    #expect(await withDeadline(after: .seconds(9), clock: .stopped) { 3 } == 3)
    await #expect(throws: Broken.self) {
      try await withDeadline(after: .seconds(9), clock: .stopped) { throw Broken() }
    }
  }

  @Test func overdueWorkIsCancelled() async {
    let isCancelled = await withDeadline(after: .seconds(9), clock: .immediate) {
      await Self.untilCancelled()
      return Task.isCancelled
    }
    #expect(isCancelled)
  }

  @Test func aResultThatComesAfterTheDeadlineIsNotLost() async {
    let value = await withDeadline(after: .seconds(9), clock: .immediate) {
      await Self.untilCancelled()
      return 5
    }
    #expect(value == 5)
  }

  @Test func aCancellationReachesTheBody() async {
    let task = Task {
      await withDeadline(after: .seconds(9), clock: .stopped) {
        await Self.untilCancelled()
        return 7
      }
    }
    task.cancel()
    #expect(await task.value == 7)
  }

  @Test func shieldedTasksAreNotCancelled() async throws {
    let began = AsyncSignal()
    let mayEnd = Promise<Void>()
    let task = Task {
      await withCancellationShield {
        began.notify()
        await mayEnd.value
        return Task.isCancelled
      }
    }
    await began.wait()
    task.cancel()
    mayEnd.fulfill(())
    #expect(await task.value == false)
    await #expect(throws: Broken.self) { try await withCancellationShield { throw Broken() } }
  }
}
