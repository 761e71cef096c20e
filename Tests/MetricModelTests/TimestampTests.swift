import Codecs
import MetricModel
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2022-01-25T12:36:43Z", 1_643_114_203_000),
    ("2022-01-25T14:36:43.5+02:00", 1_643_114_203_500), ("1969-12-31T23:59:59.999Z", -1),
    ("2000-02-29T00:00:00.123456789Z", 951_782_400_123),
  ])
  func rfc3339IsRead(text: String, milliseconds: Int64) throws {
    #expect(Timestamp(rfc3339: text)?.rawValue == milliseconds)
  }

  @Test(arguments: [
    "", "2022", "2022-13-01T00:00:00Z", "2022-01-01T00:00:00", "2022-01-01T00:00:00Zx",
    "2022-01-01T00:00:00.Z",
  ])
  func otherTextsAreNoTimes(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func everyDayOfEightCenturiesGoesThereAndBack() {
    for day in stride(from: Int64(-146_097), through: 146_097, by: 1) {
      let date = CivilDate(Timestamp(rawValue: day * 86_400_000))
      #expect(CivilDate.daysSinceEpoch(year: date.year, month: date.month, day: date.day) == day)
    }
  }

  @Test func calendarFieldsAreRight() {
    let date = CivilDate(Timestamp(rawValue: 1_643_114_203_042))
    #expect(date.dateText == "2022-01-25")
    #expect(date.timeText == "12:36:43")
    #expect(date.weekday == 2)
    #expect(date.dayOfYear == 25)
    #expect(date.daysInMonth == 31)
    #expect(Timestamp(rawValue: 1_643_114_203_042).rfc3339 == "2022-01-25T12:36:43.042Z")
  }

  @Test func secondsAreClampedNotTrapped() {
    #expect(Timestamp(seconds: .infinity) == .distantFuture)
    #expect(Timestamp(seconds: -1e300) == .distantPast)
    #expect(Timestamp(seconds: .nan).rawValue == 0)
    #expect(Timestamp.distantFuture.adding(milliseconds: 5) == .distantFuture)
  }
}
