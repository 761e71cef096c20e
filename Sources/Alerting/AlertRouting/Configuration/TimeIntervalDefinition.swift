package import Codecs
package import MetricModel

/// Named times of the week and year, to which routes refer.
package struct TimeIntervalDefinition: Sendable, Hashable {
  /// The unique name.
  package var name: String
  /// The interval is active while any of these is.
  package var spans: [CalendarSpan]
  /// The line in the file, from 1; 0 if unknown.
  package var line: Int

  /// An interval of some spans.
  package init(name: String, spans: [CalendarSpan] = [], line: Int = 0) {
    self.name = name
    self.spans = spans
    self.line = line
  }

  /// Whether the interval is active at an instant.
  package func contains(_ instant: Timestamp) -> Bool { spans.contains { $0.contains(instant) } }
}

/// One element of a time interval: every field that is set must hold; in a field, any entry.
package struct CalendarSpan: Sendable, Hashable {
  /// Times of day.
  package var times: [TimeOfDayRange] = []
  /// Days of the week, Sunday is 0.
  package var weekdays: [ClosedRange<Int>] = []
  /// Days of the month; negative ones count from its end.
  package var daysOfMonth: [DayOfMonthRange] = []
  /// Months, January is 1.
  package var months: [ClosedRange<Int>] = []
  /// Years.
  package var years: [ClosedRange<Int>] = []
  /// The zone in whose wall-clock time the fields are read.
  package var location = TimeZoneRules.utc

  /// A span that is always active.
  package init() {}

  /// Whether the span contains an instant.
  package func contains(_ instant: Timestamp) -> Bool {
    let offset = location.offset(at: instant.rawValue / 1000).seconds
    let local = CivilDate(instant.adding(milliseconds: Int64(offset) * 1000))
    return isIn(times) { $0.contains(hour: local.hour, minute: local.minute) }
      && isIn(weekdays) { $0.contains(local.weekday) }
      && isIn(daysOfMonth) { $0.contains(day: local.day, ofMonthWith: local.daysInMonth) }
      && isIn(months) { $0.contains(local.month) }
      && isIn(years) { $0.contains(local.year) }
  }

  private func isIn<Entry>(_ entries: [Entry], _ matches: (Entry) -> Bool) -> Bool {
    entries.isEmpty || entries.contains(where: matches)
  }
}

/// Part of a day: the start belongs to it, the end does not.
package struct TimeOfDayRange: Sendable, Hashable {
  /// Minutes since midnight.
  package let start: Int
  /// Minutes since midnight, up to 24:00.
  package let end: Int

  /// Reads `HH:MM` texts; midnight cannot be crossed.
  ///
  /// - Throws: what is wrong with the texts, and how to write it.
  package init(start: String, end: String) throws(TimeIntervalSyntaxError) {
    self.start = try Self.minutes(start)
    self.end = try Self.minutes(end)
    guard self.start < self.end else {
      throw TimeIntervalSyntaxError(
        "start_time \(start) is not before end_time \(end); "
          + "for a span over midnight write two entries, one up to 24:00 and one from 00:00")
    }
  }

  func contains(hour: Int, minute: Int) -> Bool { (start..<end).contains(hour * 60 + minute) }

  private static func minutes(_ text: String) throws(TimeIntervalSyntaxError) -> Int {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }),
      parts.allSatisfy({ $0.allSatisfy { (48...57).contains($0) } }),
      let hour = Int(String(Substring(parts[0]))), let minute = Int(String(Substring(parts[1]))),
      hour < 24 && minute < 60 || hour == 24 && minute == 0
    else {
      throw TimeIntervalSyntaxError("\"\(text)\" is not a time of day; write HH:MM, 00:00 to 24:00")
    }
    return hour * 60 + minute
  }
}

/// A text of a time interval that cannot be read; it says what would be right.
package struct TimeIntervalSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, and what would be right.
  package let description: String

  init(_ description: String) { self.description = description }
}
