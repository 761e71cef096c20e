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
  /// One scrape over literal processes; threads by pid.
  fileprivate mutating func scrape(
    _ processes: [ProcessReading], threads: [Int32: [ThreadReading]] = [:],
    naming: (ProcessReading) -> Naming = { _ in .group("app") }
  ) {
    let groups = begin(processes, naming: naming)
    for (process, group) in zip(processes, groups) where group != nil {
      add(process, threads: (threads[process.pid] ?? [])[...])
    }
    finish()
  }

  fileprivate func group(_ name: String) -> ProcessGroup? { groups.first { $0.name == name } }
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

@Test func aGroupKeepsItsCountersWhenItsMembersEnd() {
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

/// PE#193: the sum over live threads falls when one exits; the peer's counter then wraps.
@Test func pe193_aThreadThatExitsTakesNothingBack() {
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

/// PE#357: ignored processes were remembered for ever.
@Test func pe357_ignoredProcessesAreForgottenWhenTheyEnd() {
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
