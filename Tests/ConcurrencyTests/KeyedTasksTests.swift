import Concurrency
import Synchronization
import TestSupport
import Testing

struct KeyedTasksTests {
  @Test func oneTaskRunsUnderAKey() async {
    let tasks = KeyedTasks<String>()
    let mayEnd = Promise<Void>()
    #expect(tasks.start("a") { await mayEnd.value })
    #expect(!tasks.start("a") {})
    #expect(tasks.start("b") { await mayEnd.value })
    #expect(tasks.keys == ["a", "b"])
    mayEnd.fulfill(())
    await tasks.cancelAll()
    #expect(tasks.keys.isEmpty)
  }

  @Test func theKeyOfATaskThatHasReturnedIsFree() async throws {
    let tasks = KeyedTasks<Int>()
    tasks.start(1) {}
    try await eventually("the key is free") { tasks.keys.isEmpty }
    #expect(tasks.start(1) {})
  }

  @Test func aCancelledTaskFreesItsKeyAndCanBeWaitedFor() async {
    let tasks = KeyedTasks<Int>()
    let wasCancelled = Promise<Bool>()
    let mayEnd = Promise<Void>()
    tasks.start(1) {
      await Promise<Void>().valueUnlessCancelled()
      wasCancelled.fulfill(Task.isCancelled)
      await mayEnd.value
    }
    let old = tasks.cancel(1)
    #expect(await wasCancelled.value)
    // The next task need not wait for it, and is not removed by its end.
    #expect(tasks.start(1) { await Promise<Void>().valueUnlessCancelled() })
    mayEnd.fulfill(())
    await old?.value
    #expect(tasks.keys == [1])
    #expect(tasks.cancel(2) == nil)
    await tasks.cancelAll()
  }

  @Test func tasksEndWithTheirOwner() async {
    let ended = Promise<Void>()
    var tasks: KeyedTasks<Int>? = KeyedTasks()
    tasks?.start(1) {
      await Promise<Void>().valueUnlessCancelled()
      ended.fulfill(())
    }
    tasks = nil
    await ended.value
  }
}
