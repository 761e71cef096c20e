import Concurrency
import Synchronization
import TestSupport
import Testing

struct PromiseTests {
  @Test func allWaitersGetTheFirstValue() async {
    let promise = Promise<Int>()
    await withTaskGroup(of: Int?.self) { tasks in
      for number in 0..<20 {
        tasks.addTask {
          number.isMultiple(of: 2) ? await promise.value : await promise.valueUnlessCancelled()
        }
      }
      await Task.yield()
      #expect(promise.fulfill(1))
      #expect(!promise.fulfill(2))
      for await value in tasks { #expect(value == 1) }
    }
    #expect(promise.current == 1)
  }

  @Test func aCancelledTaskLeaves() async {
    let promise = Promise<Int>()
    let task = Task { await promise.valueUnlessCancelled() }
    task.cancel()
    #expect(await task.value == nil)
    promise.fulfill(3)
    // The value is there already.
    let late = Task { await promise.valueUnlessCancelled() }
    late.cancel()
    #expect(await late.value == 3)
  }

  @Test func theValueIsAwaitedEvenWhenCancelled() async {
    let promise = Promise<Int>()
    let task = Task { await promise.value }
    task.cancel()
    promise.fulfill(4)
    #expect(await task.value == 4)
  }

  @Test(arguments: [TimeSource.immediate, .stopped])
  func theFallbackCountsAfterTheLimitOrACancellation(clock: TimeSource) async {
    let promise = Promise<Int>()
    let hasGivenUp = Mutex(false)
    let task = Task {
      await promise.value(within: .seconds(1), clock: clock, orElse: -1) {
        hasGivenUp.withLock { $0 = true }
      }
    }
    task.cancel()
    #expect(await task.value == -1)
    #expect(hasGivenUp.withLock { $0 })
    #expect(!promise.fulfill(5))
  }

  @Test func aTimelyValueCounts() async {
    let promise = Promise<Int>()
    let task = Task { await promise.value(within: .seconds(1), clock: .stopped, orElse: -1) }
    promise.fulfill(6)
    #expect(await task.value == 6)
  }
}
