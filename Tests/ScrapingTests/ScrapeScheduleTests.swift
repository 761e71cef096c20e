import MetricModel
import Testing

@testable import Scraping

struct ScrapeScheduleTests {
  @Test func slotsAreOneIntervalApartAndStable() throws {
    let schedule = ScrapeSchedule(target: try target { $0.interval = .seconds(15) })
    var now = Timestamp(rawValue: 1_700_000_000_123)
    let first = schedule.slot(after: now)
    #expect(first > now)
    #expect(first.milliseconds(since: now) <= 15_000)
    now = first
    for round in 1...50 {
      // The slot is the same for every instant within the interval.
      let slot = schedule.slot(after: now.adding(milliseconds: Int64(round * 137 % 15_000)))
      #expect(slot.milliseconds(since: first) == Int64(round) * 15_000)
      now = slot
    }
    #expect(schedule.slot(after: Timestamp(rawValue: -5)).rawValue > -5)
  }

  @Test func spreadsTargetsOverTheInterval() throws {
    var tenths: Set<Int64> = []
    for host in 0..<200 {
      let schedule = ScrapeSchedule(target: try target("host\(host):9100"))
      #expect((0..<60_000).contains(schedule.offsetMilliseconds))
      #expect(schedule.firstDelayMilliseconds < 1000)
      tenths.insert(schedule.offsetMilliseconds / 6000)
    }
    #expect(tenths.count == 10)
  }

  @Test func aPunctualScrapeGetsTheTimeOfItsSlot() throws {
    let schedule = ScrapeSchedule(target: try target())
    let slot = Timestamp(rawValue: 60_000)
    #expect(schedule.stamp(slot: slot, now: Timestamp(rawValue: 60_002)) == slot)
    #expect(schedule.stamp(slot: slot, now: Timestamp(rawValue: 59_999)) == slot)
    #expect(schedule.stamp(slot: slot, now: Timestamp(rawValue: 60_003)).rawValue == 60_003)
  }
}
