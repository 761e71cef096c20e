import Concurrency
import TestSupport
import Testing

struct ThreadTests {
  @Test func aRetiredThreadStillRunsItsTasks() async throws {
    let thread = try WorkerThread(name: "retired")
    thread.retire()
    for number in 0..<50 {
      let promise = Promise<Int>()
      thread.submit { promise.fulfill(number) }
      #expect(await promise.value == number)
    }
  }

  @Test func tasksThatPreferAThreadRunOnIt() async throws {
    let thread = try WorkerThread(name: "preferred")
    let first = await Task(executorPreference: thread) { threadNumber() }.value
    let second = await Task(executorPreference: thread) { () -> UInt in
      await Task.yield()
      return threadNumber()
    }.value
    #expect(first == second)
    thread.retire()
  }

  @Test func aStepThatIsOverdueEndsTheWalk() async {
    let overdue = Promise<Int>()
    let watchdog = StepWatchdog(first: 0, limit: .seconds(1), clock: .system) {
      overdue.fulfill($0)
    }
    #expect(watchdog.begin(0, limit: .zero))
    #expect(await watchdog.wait() == .overdue(step: 0, hasBegun: true))
    #expect(overdue.current == 0)
    #expect(!watchdog.end(0))
    #expect(!watchdog.begin(1, limit: .seconds(99)))
  }

  @Test func aWalkEndsWithItsLastStep() async {
    let watchdog = StepWatchdog(first: 0, limit: .seconds(1), clock: .stopped)
    let end = Task { await watchdog.wait() }
    for step in 0..<3 {
      #expect(watchdog.begin(step, limit: .seconds(1)))
      #expect(watchdog.end(step))
    }
    watchdog.finish()
    #expect(await end.value == .finished)
  }

  @Test func aCancelledTaskIsNotWatched() async {
    let watchdog = StepWatchdog(first: 4, limit: .seconds(1), clock: .stopped)
    let end = Task { await watchdog.wait() }
    end.cancel()
    #expect(await end.value == .overdue(step: 4, hasBegun: false))
    #expect(!watchdog.begin(4, limit: .seconds(1)))
  }
}
