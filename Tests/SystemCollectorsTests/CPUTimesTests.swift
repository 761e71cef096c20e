import CollectorCore
import Testing

@testable import SystemCollectors

private func times(user: UInt64, idle: UInt64, iowait: UInt64 = 0) -> CPUTimes {
  var times = CPUTimes()
  times[.user] = user
  times[.idle] = idle
  times[.iowait] = iowait
  return times
}

@Test func timesNeverGoBack() {
  var memory = CPUTimesMemory()
  _ = memory.note([(0, times(user: 100, idle: 1000, iowait: 50))])
  let shown = memory.note([(0, times(user: 110, idle: 990, iowait: 40))])
  #expect(shown[0].times == times(user: 110, idle: 1000, iowait: 50))
}

@Test func aProcessorThatWasReplacedStartsAnew() {
  var memory = CPUTimesMemory()
  _ = memory.note([(0, times(user: 100, idle: 1000))])
  let almost = memory.note([(0, times(user: 5, idle: 701))])
  #expect(almost[0].times == times(user: 100, idle: 1000))
  let replaced = memory.note([(0, times(user: 5, idle: 700))])
  #expect(replaced[0].times == times(user: 5, idle: 700))
}

@Test func aProcessorThatIsGoneIsForgotten() {
  var memory = CPUTimesMemory()
  _ = memory.note([(0, times(user: 100, idle: 1000)), (1, times(user: 9, idle: 9))])
  #expect(memory.note([(0, times(user: 100, idle: 1000))]).map(\.cpu) == [0])
  let back = memory.note([(0, times(user: 100, idle: 1000)), (1, times(user: 1, idle: 8))])
  #expect(back[1].times == times(user: 1, idle: 8))
}

@Test(
  arguments: [
    ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0,2-3", [0, 2, 3]), ("", []), ("3-1", nil), ("a", nil),
    ("0-99999999", nil), ("1-2-3", nil),
  ] as [(String, [Int]?)])
func listsOfProcessors(text: String, numbers: [Int]?) {
  #expect(CPUList.parse(text) == numbers)
}
