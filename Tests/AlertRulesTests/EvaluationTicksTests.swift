import MetricModel
import Testing

@testable import AlertRules

@Suite struct EvaluationTicksTests {
  private func ticks(_ name: String, interval: Duration = .seconds(30)) -> EvaluationTicks {
    EvaluationTicks(RuleGroupDefinition(file: "r.yml", name: name, interval: interval, rules: []))
  }

  @Test(arguments: [-61_000, -1, 0, 1, 29_999, 30_000, 1_763_712_000_123] as [Int64])
  func theTickOfAnInstantIsNeverLater(milliseconds: Int64) {
    let instant = Timestamp(rawValue: milliseconds)
    let ticks = ticks("a")
    let tick = ticks.tick(notAfter: instant)
    #expect(tick <= instant && instant.milliseconds(since: tick) < 30_000)
    #expect((tick - ticks.offset).rawValue % 30_000 == 0)
    #expect(ticks.tick(after: instant) == tick.adding(milliseconds: 30_000))
  }

  @Test func groupsAreSpreadAndStayAtTheirInstants() {
    #expect(ticks("a") == ticks("a"))
    #expect(Set((0..<20).map { ticks("group \($0)").offset }).count > 15)
  }

  @Test(
    arguments: [
      (0, 30, 0), (29, 30, 0), (30, 30, 0), (59, 30, 0), (60, 60, 1), (95, 90, 2), (3000, 3000, 99),
    ] as [(Int64, Int64, Int)])
  func missedTicksAreCountedAndPassedOver(late: Int64, tick: Int64, missed: Int) {
    let last = Timestamp(rawValue: 1_000_000)
    let next = ticks("a").next(after: last, at: last.adding(milliseconds: late * 1000))
    #expect(next.tick == last.adding(milliseconds: tick * 1000))
    #expect(next.missed == missed)
  }

  @Test func aClockThatIsSetBackDoesNotStopTheGroup() {
    let ticks = ticks("a")
    let last = ticks.tick(notAfter: Timestamp(rawValue: 10_000_000))
    let next = ticks.next(after: last, at: Timestamp(rawValue: 6_400_000))
    #expect(next.tick <= Timestamp(rawValue: 6_400_000) && next.missed == 0)
  }
}
