import CollectorCore
import ExpositionFormat
import Testing

@testable import ProcessCollectors

private func reading(
  _ pid: Int32, parent: Int32 = 1, start: UInt64 = 100, comm: String = "app", user: UInt64 = 0,
  io: UInt64? = nil
) -> ProcessReading {
  var reading = ProcessReading(
    pid: pid, parent: parent, startTicks: start, comm: CommName(comm.utf8.span))
  reading.counters.userTicks = user
  reading.traffic = io.map { ProcessTraffic(read: $0, written: $0) }
  return reading
}

private func thread(_ id: Int32, _ switches: UInt64) -> ThreadReading {
  ThreadReading(
    id: id, state: .sleeping, voluntarySwitches: switches, involuntarySwitches: switches)
}

extension ProcessTracker {
  /// One scrape of literal processes; their threads by pid.
  fileprivate mutating func scrape(
    _ processes: [ProcessReading], threads: [Int32: [ThreadReading]] = [:],
    naming: (ProcessReading) -> Naming = { _ in .group("app") }
  ) {
    let groups = begin(processes, naming: naming)
    for (process, group) in zip(processes, groups) where group != nil {
      add(process, threads: threads[process.pid] ?? [])
    }
    finish()
  }

  fileprivate mutating func group(_ name: String) -> ProcessGroup? {
    groups.first { $0.name == name }
  }
}

@Test func aProcessThatWasThereFirstCountsFromThenALaterOneFromItsBirth() {
  var tracker = ProcessTracker()
  tracker.scrape([reading(10, user: 1000, io: 500)])
  #expect(tracker.group("app")?.counters.userTicks == 0)
  #expect(tracker.group("app")?.traffic.read == 0)
  tracker.scrape([reading(10, user: 1030, io: 510), reading(11, start: 200, user: 7, io: 3)])
  #expect(tracker.group("app")?.counters.userTicks == 37)
  #expect(tracker.group("app")?.traffic.read == 13)
  #expect(tracker.group("app")?.processes == 2)
}

@Test func aGroupRetainsItsCountersWhenItsMembersEnd() {
  var tracker = ProcessTracker()
  tracker.scrape([])
  tracker.scrape([reading(10, user: 50)])
  tracker.scrape([])
  let group = tracker.group("app")
  #expect(group?.counters.userTicks == 50)
  #expect(group?.processes == 0)
  #expect(group?.oldestStartTicks == nil)
  #expect(tracker.knownCount == 0)
}

@Test func emptyGroupsEndAtOnceIfWanted() {
  var tracker = ProcessTracker(removesEmptyGroups: true)
  tracker.scrape([reading(10)])
  tracker.scrape([])
  #expect(tracker.groups.isEmpty)
}

@Test func aPidThatIsUsedAgainIsAnotherProcess() {
  var tracker = ProcessTracker()
  tracker.scrape([])
  tracker.scrape([reading(10, start: 100, user: 50)])
  tracker.scrape([reading(10, start: 900, user: 20)])
  #expect(tracker.group("app")?.counters.userTicks == 70)
  #expect(tracker.resets == 0)
}

@Test func aCounterThatFallsAddsNothingAndIsCounted() {
  var tracker = ProcessTracker()
  tracker.scrape([])
  tracker.scrape([reading(10, user: 50)])
  tracker.scrape([reading(10, user: 30)])
  #expect(tracker.group("app")?.counters.userTicks == 50)
  #expect(tracker.resets == 1)
  tracker.scrape([reading(10, user: 40)])
  #expect(tracker.group("app")?.counters.userTicks == 60)
}

/// A defect of process-exporter (PE193): its sum over live threads falls when one exits, and
/// its counter then wraps.
@Test func countersDoNotFallWhenAThreadExits() {
  var tracker = ProcessTracker()
  tracker.scrape([])
  tracker.scrape(
    [reading(10)], threads: [10: [thread(10, 5), thread(11, 1000), thread(12, 7)]])
  #expect(tracker.group("app")?.voluntarySwitches == 1012)
  tracker.scrape([reading(10)], threads: [10: [thread(10, 6), thread(12, 9)]])
  #expect(tracker.group("app")?.voluntarySwitches == 1015)
  tracker.scrape([reading(10)], threads: [10: [thread(10, 6), thread(12, 9), thread(13, 4)]])
  #expect(tracker.group("app")?.voluntarySwitches == 1019)
  #expect(tracker.resets == 0)
}

@Test func threadsThatCannotBeReadForAMomentAreNotCountedTwice() {
  var tracker = ProcessTracker()
  tracker.scrape([])
  tracker.scrape([reading(10)], threads: [10: [thread(10, 5), thread(11, 1000)]])
  _ = tracker.begin([reading(10)]) { _ in .group("app") }
  tracker.add(reading(10, user: 3), threads: nil)
  tracker.finish()
  #expect(tracker.group("app")?.counters.userTicks == 3)
  #expect(tracker.group("app")?.processes == 1)
  #expect(tracker.group("app")?.states[ThreadState.sleeping.rawValue] == 1)
  tracker.scrape([reading(10)], threads: [10: [thread(10, 6), thread(11, 1001)]])
  #expect(tracker.group("app")?.voluntarySwitches == 1007)
}

@Test func onlyYoungProcessesThatRanAreNamedAgain() {
  let processes = [reading(1, start: 0), reading(2, start: 900), reading(3, start: 950)]
  func again(_ options: ProcessOptions) -> Set<Int32> {
    ProcessNaming.detected.recheck(
      options, processes, isQuiet: [false, false, true], uptimeTicks: 1000)
  }
  var options = ProcessOptions()
  #expect(again(options).isEmpty)
  options.rechecks = true
  #expect(again(options) == [1, 2])
  options.recheckLimit = .seconds(2)
  #expect(again(options) == [2])
}

@Test func threadsOfAnOldProcessCountFromTheFirstScrape() {
  var tracker = ProcessTracker()
  tracker.scrape([reading(10)], threads: [10: [thread(10, 500), thread(11, 600)]])
  tracker.scrape([reading(10)], threads: [10: [thread(10, 501), thread(11, 602)]])
  #expect(tracker.group("app")?.voluntarySwitches == 3)
}

@Test func trafficThatBecomesUnreadableNeverWraps() {
  var tracker = ProcessTracker()
  tracker.scrape([])
  tracker.scrape([reading(10, io: 100)])
  tracker.scrape([reading(10, io: nil)])
  #expect(tracker.group("app")?.traffic.read == 100)
  tracker.scrape([reading(10, io: 130)])
  #expect(tracker.group("app")?.traffic.read == 130)
}

@Test func unreadableTrafficIsNoTraffic() {
  var tracker = ProcessTracker()
  tracker.scrape([reading(10, io: nil)])
  #expect(tracker.group("app")?.hasTraffic == false)
  tracker.scrape([reading(10, io: 9)])
  #expect(tracker.group("app")?.hasTraffic == true)
  #expect(tracker.group("app")?.traffic.read == 0)
}

@Test func childrenInheritTheGroupOfTheNearestAncestor() {
  var tracker = ProcessTracker()
  let named: (ProcessReading) -> ProcessTracker.Naming = { process in
    switch process.pid {
    case 10: .group("web")
    case 20: .group("db")
    default: .unnamed
    }
  }
  let tree = [
    reading(10), reading(11, parent: 10), reading(12, parent: 11), reading(20, parent: 12),
    reading(21, parent: 20), reading(30, parent: 1), reading(40, parent: 41),
    reading(41, parent: 40),
  ]
  tracker.scrape(tree, naming: named)
  #expect(tracker.group("web")?.processes == 3)
  #expect(tracker.group("db")?.processes == 2)
  #expect(tracker.groups.count == 2)
  var alone = ProcessTracker(childrenInherit: false)
  alone.scrape(tree, naming: named)
  #expect(alone.group("web")?.processes == 1)
}

@Test func namingIsAskedOnceInALifeAndAgainAfterExec() {
  var tracker = ProcessTracker()
  var asked = 0
  let naming: (ProcessReading) -> ProcessTracker.Naming = { process in
    asked += 1
    return process.comm == CommName("sh".utf8.span) ? .unnamed : .group("app")
  }
  for _ in 0..<3 { tracker.scrape([reading(10, comm: "sh")], naming: naming) }
  #expect(asked == 1)
  #expect(tracker.groups.isEmpty)
  for user in [500, 510] as [UInt64] {
    tracker.scrape([reading(10, comm: "app", user: user)], naming: naming)
  }
  #expect(asked == 2)
  #expect(tracker.group("app")?.counters.userTicks == 10)
}

/// A defect of process-exporter (PE357): it remembered ignored processes for ever.
@Test func ignoredProcessesAreForgottenWhenTheyEnd() {
  var tracker = ProcessTracker()
  for round in 0..<1000 {
    let pid = Int32(100 + round)
    tracker.scrape([reading(pid, start: UInt64(round))], naming: { _ in .unnamed })
    #expect(tracker.knownCount == 1)
  }
  #expect(tracker.groups.isEmpty)
}

@Test func groupsThatNeverReturnAreBounded() {
  var tracker = ProcessTracker()
  for round in 0..<1000 {
    let start = UInt64(round)
    tracker.scrape([reading(7, start: start)], naming: { _ in .group("job-\(round)") })
  }
  #expect(tracker.groups.count == ProcessTracker.emptyGroupLimit + 1)
  #expect(tracker.group("job-999")?.processes == 1)
  #expect(tracker.group("job-0") == nil)
}

@Test func aProcessThatWasGoneIsLookedAtAgain() {
  var tracker = ProcessTracker()
  tracker.scrape([reading(10)], naming: { _ in .gone })
  #expect(tracker.knownCount == 0)
  tracker.scrape([reading(10)])
  #expect(tracker.group("app")?.processes == 1)
}

@Test func aLeaderThatGivesWayIsARestart() {
  var tracker = ProcessTracker()
  tracker.scrape([reading(10, start: 100), reading(11, start: 200)])
  tracker.scrape([reading(10, start: 100)])
  #expect(tracker.group("app")?.restarts == 0)
  tracker.scrape([reading(12, start: 300)])
  #expect(tracker.group("app")?.restarts == 1)
  tracker.scrape([])
  tracker.scrape([reading(12, start: 400)])
  #expect(tracker.group("app")?.restarts == 2)
}

@Test func restartsAreCountedOverTheEndOfAGroup() {
  var tracker = ProcessTracker(removesEmptyGroups: true)
  for start in 0..<5 as Range<UInt64> {
    tracker.scrape([reading(10, start: start)])
    tracker.scrape([])
    #expect(tracker.groups.isEmpty)
  }
  tracker.scrape([reading(10, start: 9)])
  #expect(tracker.group("app")?.restarts == 5)
}

@Test func theGroupOfAllOthersHasTheRightSums() {
  var tracker = ProcessTracker(groupLimit: 3)
  tracker.scrape([])
  tracker.scrape((0..<10).map { reading($0, user: 7) }, naming: { .group("job-\($0.pid)") })
  #expect(tracker.groups.count == 4)
  #expect(tracker.group("other")?.processes == 7)
  #expect(tracker.groups.reduce(0) { $0 + $1.counters.userTicks } == 70)
  #expect(tracker.groups.reduce(0) { $0 + $1.processes } == 10)
  #expect(tracker.overflowed == 7)
}

@Test func statesAndWaitChannelsAreCountedOnce() {
  var tracker = ProcessTracker()
  var waiting = thread(11, 1)
  waiting.waitChannel = 3
  tracker.scrape([reading(10)], threads: [10: [thread(10, 1), waiting]])
  #expect(tracker.group("app")?.states[ThreadState.sleeping.rawValue] == 2)
  #expect(tracker.group("app")?.waiting == [3: 1])
}

@Test func threadNamesRetainTheirCountersWhenTheirThreadsEnd() {
  var tracker = ProcessTracker()
  func worker(_ id: Int32, _ ticks: UInt64) -> ThreadReading {
    var worker = thread(id, ticks)
    worker.name = CommName("worker".utf8.span)
    worker.counters.userTicks = ticks
    worker.traffic = ProcessTraffic(read: ticks, written: 0)
    return worker
  }
  tracker.scrape([])
  tracker.scrape([reading(10)], threads: [10: [worker(10, 5), worker(11, 6)]])
  tracker.scrape([reading(10)], threads: [10: [worker(10, 8)]])
  tracker.scrape([reading(10)], threads: [10: [worker(10, 2)]])
  tracker.scrape([])
  let workers = tracker.group("app")?.threadTable.groups.first
  #expect(workers?.name == "worker")
  #expect(workers?.count == 0)
  #expect(workers?.counters.userTicks == 14)
  #expect(workers?.traffic.read == 14)
  #expect(workers?.voluntarySwitches == 14)
}

/// The sum of some members is not shown for the group, and unknown memory is not 0.
@Test func memoryIsShownOnlyIfItIsKnown() {
  func text(_ members: [ProcessReading]) -> String {
    var group = ProcessGroup(name: "app")
    for member in members { group.addHoldings(of: member) }
    var options = ProcessOptions()
    options.readsProportionalMemory = true
    var buffer = FamilyBuffer()
    buffer.beginScrape()
    ProcessFamilies(in: &buffer, options: options).add(group, bootTime: 0, to: &buffer)
    return String(decoding: buffer.render().bytes, as: UTF8.self)
  }
  var known = reading(10)
  known.proportional = ProportionalMemory(residentBytes: 100, swappedBytes: 0)
  known.swappedBytes = 0
  var awaited = reading(11)
  awaited.awaitsSample = true
  #expect(text([known]).contains(#"memtype="proportionalResident"} 100"#))
  #expect(text([known]).contains(#"memtype="swapped"} 0"#))
  #expect(!text([known, awaited]).contains("proportional"))
  #expect(!text([awaited]).contains("swapped"))
  #expect(text([]).contains(#"memtype="proportionalResident"} 0"#))
  #expect(!text([known]).contains("worst_fd_ratio{"))
}

@Test func threadNamesAreBounded() {
  var table = ThreadTable()
  for number in 0..<1000 as Range<Int32> {
    var each = thread(number, 1)
    each.name = CommName("thread-\(number)".utf8.span)
    table.add(each, since: nil, isFirst: false)
  }
  #expect(table.groups.count == ThreadTable.limit + 1)
  #expect(table.groups.last?.name == "other")
  #expect(table.groups.reduce(0) { $0 + $1.voluntarySwitches } == 1000)
}

/// Whatever the kernel shows, no counter of a group ever falls, and memory is that of living
/// processes.
@Test(arguments: 0..<20 as Range<UInt64>)
func countersNeverFallUnderAnyChurn(seed: UInt64) {
  var random = Churn(state: seed &+ 1)
  var tracker = ProcessTracker(groupLimit: 6)
  var last: [String: [UInt64]] = [:]
  for _ in 0..<60 {
    var living: [ProcessReading] = []
    var threads: [Int32: [ThreadReading]] = [:]
    for pid in 1...20 as ClosedRange<Int32> where random.next() % 3 > 0 {
      let isReadable = random.next() % 4 > 0
      living.append(
        reading(
          pid, parent: Int32(random.next() % 20), start: random.next() % 5,
          user: random.next() % 1000, io: isReadable ? random.next() % 1000 : nil))
      threads[pid] = (0..<Int32(random.next() % 4)).map {
        thread(pid * 10 + $0, random.next() % 99)
      }
    }
    tracker.scrape(living, threads: threads) { .group("g\(($0.pid + Int32($0.startTicks)) % 9)") }
    #expect(tracker.knownCount == living.count)
    #expect(tracker.groups.reduce(0) { $0 + $1.processes } == living.count)
    for group in tracker.groups {
      let now = [
        group.counters.userTicks, group.traffic.read, group.voluntarySwitches,
        group.threadTable.groups.reduce(0) { $0 &+ $1.voluntarySwitches }, group.restarts,
      ]
      for (before, after) in zip(last[group.name] ?? [], now) { #expect(after >= before) }
      last[group.name] = now
    }
  }
}

/// A small generator whose numbers are the same in every run.
private struct Churn {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
