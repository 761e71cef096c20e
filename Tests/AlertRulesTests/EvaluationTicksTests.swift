import MetricModel
import Testing

@testable import AlertRules

@Suite struct EvaluationTicksTests {
  private func slots(_ name: String, interval: PrometheusDuration = .seconds(30)) -> EvaluationTicks
  {
    EvaluationTicks(RuleGroupDefinition(file: "r.yml", name: name, interval: interval, rules: []))
  }

  @Test(arguments: [-61_000, -1, 0, 1, 29_999, 30_000, 1_763_712_000_123] as [Int64])
  func g1_theSlotOfAnInstantIsNeverLater(milliseconds: Int64) {
    let instant = Timestamp(rawValue: milliseconds)
    let slots = slots("a")
    let slot = slots.slot(notAfter: instant)
    #expect(slot <= instant && instant.milliseconds(since: slot) < 30_000)
    #expect((slot.rawValue - slots.offset) % 30_000 == 0)
    #expect(slots.slot(after: instant) == slot.adding(milliseconds: 30_000))
  }

  @Test func g1_groupsAreSpreadAndKeepTheirPlace() {
    #expect(slots("a") == slots("a"))
    #expect(Set((0..<20).map { slots("group \($0)").offset }).count > 15)
  }

  @Test(
    arguments: [
      (0, 30, 0), (29, 30, 0), (30, 30, 0), (59, 30, 0), (60, 60, 1), (95, 90, 2), (3000, 3000, 99),
    ] as [(Int64, Int64, Int)])
  func g4_missedSlotsAreCountedAndPassedOver(late: Int64, slot: Int64, missed: Int) {
    let last = Timestamp(rawValue: 1_000_000)
    let next = slots("a").next(after: last, at: last.adding(milliseconds: late * 1000))
    #expect(next.slot == last.adding(milliseconds: slot * 1000))
    #expect(next.missed == missed)
  }

  @Test func g4_aClockThatIsSetBackDoesNotStopTheGroup() {
    let slots = slots("a")
    let last = slots.slot(notAfter: Timestamp(rawValue: 10_000_000))
    let next = slots.next(after: last, at: Timestamp(rawValue: 6_400_000))
    #expect(next.slot <= Timestamp(rawValue: 6_400_000) && next.missed == 0)
  }
}
