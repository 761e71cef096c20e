import Concurrency
import TestSupport
import Testing

@Suite struct TimeSourceTests {
  @Test func theMachinesClocksGoOn() async throws {
    let time = TimeSource.system
    let (wall, start) = (time.sinceEpoch, time.monotonic)
    #expect(wall > .seconds(1_700_000_000))
    try await time.sleep(for: .milliseconds(5))
    #expect(time.monotonic - start >= .milliseconds(5))
    try await time.sleep(until: start)
    await #expect(throws: CancellationError.self) {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      try await time.sleep(for: .seconds(3600))
    }
  }

  @Test func aManualClockWakesTheTasksThatAreDue() async throws {
    let clock = ManualClock()
    let time = clock.timeSource
    let start = time.sinceEpoch
    try await withThrowingTaskGroup(of: Int.self) { tasks in
      for seconds in [2, 1] {
        tasks.addTask {
          try await time.sleep(for: .seconds(seconds))
          return seconds
        }
      }
      try await clock.waitForSleepers(2)
      #expect(clock.untilNextWake == .seconds(1))
      clock.setWall(by: .seconds(-100))
      clock.advance(by: .seconds(1))
      #expect(try await tasks.next() == 1)
      #expect(clock.sleeperCount == 1)
      clock.advance(by: .seconds(1))
      #expect(try await tasks.next() == 2)
    }
    #expect(time.sinceEpoch == start - .seconds(98))
    #expect(time.monotonic == .seconds(2))
    #expect(Set(clock.sleeps) == [.seconds(1), .seconds(2)])
  }

  @Test func aCancelledSleepEndsAndOneWithoutLengthDoesNotBegin() async throws {
    let clock = ManualClock()
    let time = clock.timeSource
    let sleeper = Task { try await time.sleep(for: .seconds(1)) }
    try await clock.waitForSleepers(1)
    sleeper.cancel()
    await #expect(throws: CancellationError.self) { try await sleeper.value }
    #expect(clock.sleeperCount == 0)
    try await time.sleep(for: .zero)
  }

  @Test func aClockThatAdvancesMakesEverySleepPass() async throws {
    let clock = ManualClock(sleepMode: .advances)
    try await clock.timeSource.sleep(for: .seconds(86_400))
    #expect(clock.monotonic == .seconds(86_400))
    #expect(clock.sleeps == [.seconds(86_400)])
  }

  @Test func waitingForAConditionEnds() async throws {
    await #expect(throws: WaitTimeout.self) {
      try await eventually("never", within: .milliseconds(10)) { false }
    }
    try await ManualClock().waitForSleepers(0)
  }
}
