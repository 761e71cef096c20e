import Concurrency
import TestSupport
import Testing

struct AsyncSignalTests {
  @Test func aNotificationIsStoredForTheNextWait() async {
    let signal = AsyncSignal()
    signal.notify()
    signal.notify()
    #expect(await signal.wait())
    // Several notifications before the wait count once.
    #expect(await !signal.wait(atMost: .seconds(1), clock: .immediate))
  }

  @Test func aNotificationWakesOneTask() async {
    let signal = AsyncSignal()
    await withTaskGroup(of: Bool.self) { tasks in
      for _ in 0..<3 { tasks.addTask { await signal.wait() } }
      signal.notify()
      #expect(await tasks.next() == true)
      tasks.cancelAll()
      #expect(await tasks.next() == false)
      #expect(await tasks.next() == false)
    }
  }

  @Test func aCancelledWaitTakesNoNotification() async {
    let signal = AsyncSignal()
    let task = Task { await signal.wait() }
    task.cancel()
    #expect(await task.value == false)
    signal.notify()
    #expect(await signal.wait(atMost: .seconds(1), clock: .stopped))
  }

  @Test func aCancelledTaskDoesNotWaitForTheLimit() async {
    let signal = AsyncSignal()
    let task = Task { await signal.wait(atMost: .seconds(1), clock: .stopped) }
    task.cancel()
    #expect(await task.value == false)
  }
}
