import Codecs
import MetricModel
import StorageAPI
import Testing

@testable import AlertRouting

/// Fields of a span, an instant, and whether it is inside.
struct SpanCase: Sendable, CustomTestStringConvertible {
  var times: [(String, String)] = []
  var weekdays: [String] = []
  var days: [String] = []
  var months: [String] = []
  var years: [String] = []
  var location = "UTC"
  let instant: String
  let isInside: Bool

  var testDescription: String { "\(instant) \(times) \(weekdays) \(days) \(months) \(location)" }

  func span() throws -> CalendarSpan {
    var span = CalendarSpan()
    span.times = try times.map { try TimeOfDayRange(start: $0.0, end: $0.1) }
    span.weekdays = try weekdays.map { try CalendarSpan.weekdays($0) }
    span.daysOfMonth = try days.map { try DayOfMonthRange($0) }
    span.months = try months.map { try CalendarSpan.months($0) }
    span.years = try years.map { try CalendarSpan.years($0) }
    span.location = try CalendarSpan.location(location)
    return span
  }
}

@Suite struct TimeIntervalTests {
  private static let cases = [
    SpanCase(instant: "2026-11-21T08:00:00Z", isInside: true),
    SpanCase(times: [("09:00", "17:00")], instant: "2026-11-21T09:00:00Z", isInside: true),
    SpanCase(times: [("09:00", "17:00")], instant: "2026-11-21T17:00:00Z", isInside: false),
    SpanCase(times: [("09:00", "17:00")], instant: "2026-11-21T16:59:59Z", isInside: true),
    SpanCase(
      times: [("18:00", "24:00"), ("00:00", "06:00")], instant: "2026-11-21T23:59:59Z",
      isInside: true),
    SpanCase(weekdays: ["monday:friday"], instant: "2026-11-20T12:00:00Z", isInside: true),
    SpanCase(weekdays: ["monday:friday"], instant: "2026-11-21T12:00:00Z", isInside: false),
    SpanCase(weekdays: ["Saturday"], instant: "2026-11-21T12:00:00Z", isInside: true),
    SpanCase(days: ["1:7"], instant: "2026-11-07T12:00:00Z", isInside: true),
    SpanCase(days: ["-3:-1"], instant: "2026-02-26T12:00:00Z", isInside: true),
    SpanCase(days: ["-3:-1"], instant: "2026-02-25T12:00:00Z", isInside: false),
    SpanCase(days: ["25:-1"], instant: "2026-11-30T12:00:00Z", isInside: true),
    SpanCase(days: ["28:31"], instant: "2026-02-28T12:00:00Z", isInside: true),
    SpanCase(days: ["30:31"], instant: "2026-02-28T12:00:00Z", isInside: false),
    SpanCase(days: ["-31:-29"], instant: "2026-02-01T12:00:00Z", isInside: false),
    SpanCase(months: ["january:march", "11"], instant: "2026-11-21T12:00:00Z", isInside: true),
    SpanCase(months: ["may"], instant: "2026-11-21T12:00:00Z", isInside: false),
    SpanCase(years: ["2024:2026"], instant: "2026-11-21T12:00:00Z", isInside: true),
    SpanCase(years: ["2027"], instant: "2026-11-21T12:00:00Z", isInside: false),
    // The wall clock of the zone counts, in summer and in winter.
    SpanCase(
      times: [("09:00", "10:00")], location: "Europe/Berlin", instant: "2026-07-01T07:30:00Z",
      isInside: true),
    SpanCase(
      times: [("09:00", "10:00")], location: "Europe/Berlin", instant: "2026-12-01T07:30:00Z",
      isInside: false),
    SpanCase(
      weekdays: ["sunday"], location: "Asia/Tokyo", instant: "2026-11-21T16:00:00Z", isInside: true),
    // Fields are joined by "and".
    SpanCase(
      times: [("09:00", "17:00")], weekdays: ["sunday"], instant: "2026-11-21T10:00:00Z",
      isInside: false),
  ]

  @Test(arguments: cases) func spansHoldInstants(_ row: SpanCase) throws {
    let instant = try #require(Timestamp(rfc3339: row.instant))
    #expect(try row.span().contains(instant) == row.isInside)
  }

  @Test(arguments: [
    ("17:00", "09:00"), ("09:00", "09:00"), ("9:00", "10:00"), ("24:00", "24:00"),
    ("00:00", "24:01"),
    ("00:60", "10:00"), ("", "10:00"), ("+1:00", "10:00"), ("aa:bb", "10:00"),
  ])
  func badTimesAreRefused(start: String, end: String) {
    #expect(throws: TimeIntervalSyntaxError.self) { try TimeOfDayRange(start: start, end: end) }
  }

  @Test(arguments: ["friday:monday", "mon", "", "1", "monday:", "monday:tuesday:friday"])
  func badWeekdaysAreRefused(text: String) {
    #expect(throws: TimeIntervalSyntaxError.self) { try CalendarSpan.weekdays(text) }
  }

  @Test(arguments: ["0", "32", "-32", "7:1", "-1:5", "-1:-3", "", "a", "1:2:3"])
  func badDaysAreRefused(text: String) {
    #expect(throws: TimeIntervalSyntaxError.self) { try DayOfMonthRange(text) }
  }

  @Test(arguments: ["13", "0", "march:january", "smarch", "-1"])
  func badMonthsAreRefused(text: String) {
    #expect(throws: TimeIntervalSyntaxError.self) { try CalendarSpan.months(text) }
  }

  @Test func unknownZonesAreRefused() throws {
    #expect(throws: TimeIntervalSyntaxError.self) { try CalendarSpan.location("Mars/Olympus") }
    #expect(try CalendarSpan.location("") == .utc)
  }

  private func suppression(
    mute: [String] = [], active: [String] = [], at instant: String
  ) throws -> NotificationCounters.Suppression? {
    let spans = try [
      SpanCase(times: [("00:00", "06:00")], instant: "", isInside: true).span()
    ]
    let night = TimeIntervalDefinition(name: "night", spans: spans)
    let now = try #require(Timestamp(rfc3339: instant))
    let alert = Alert(labels: ["a": "b"], startsAt: now, endsAt: .distantFuture, updatedAt: now)
    let notification = AlertNotification(
      receiver: "r", groupKey: GroupKey(path: "{}", labels: .empty), groupLabels: .empty,
      alerts: [NotifiedAlert(alert, at: now)], now: now, muteTimeIntervals: mute,
      activeTimeIntervals: active)
    var counters = NotificationCounters()
    let passed = notification.checkingTimeIntervals(["night": night], counters: &counters)
    #expect((passed == nil) == (counters.suppressed.values.reduce(0, +) == 1))
    return counters.suppressed.keys.first
  }

  @Test func muteAndActiveIntervals() throws {
    let night = "2026-11-21T03:00:00Z"
    let day = "2026-11-21T12:00:00Z"
    #expect(try suppression(at: night) == nil)
    #expect(try suppression(mute: ["night"], at: night) == .muteTimeInterval)
    #expect(try suppression(mute: ["night"], at: day) == nil)
    #expect(try suppression(active: ["night"], at: night) == nil)
    #expect(try suppression(active: ["night"], at: day) == .activeTimeInterval)
  }
}
