import AlertRouting
import YAMLDecoding

/// Decodes the elements of a time interval (TI1-TI4).
enum TimeIntervalDecoder {
  static func span(_ mapping: ConfigMapping) -> CalendarSpan {
    var span = CalendarSpan()
    span.times = mapping.mappings("times", context: "time range").compactMap(times)
    span.weekdays = entries("weekdays", mapping) { text throws(TimeIntervalSyntaxError) in
      try CalendarSpan.weekdays(text)
    }
    span.daysOfMonth = entries("days_of_month", mapping) { text throws(TimeIntervalSyntaxError) in
      try DayOfMonthRange(text)
    }
    span.months = entries("months", mapping) { text throws(TimeIntervalSyntaxError) in
      try CalendarSpan.months(text)
    }
    span.years = entries("years", mapping) { text throws(TimeIntervalSyntaxError) in
      try CalendarSpan.years(text)
    }
    if let location = mapping.string("location") {
      do {
        span.location = try CalendarSpan.location(location)
      } catch {
        mapping.report(error.description, key: "location")
      }
    }
    mapping.finish()
    return span
  }

  private static func times(_ mapping: ConfigMapping) -> TimeOfDayRange? {
    let start = mapping.requiredString("start_time")
    let end = mapping.requiredString("end_time")
    mapping.finish()
    guard let start, let end else { return nil }
    do {
      return try TimeOfDayRange(start: start, end: end)
    } catch {
      mapping.report(error.description)
      return nil
    }
  }

  private static func entries<Entry>(
    _ key: String, _ mapping: ConfigMapping,
    _ read: (String) throws(TimeIntervalSyntaxError) -> Entry
  ) -> [Entry] {
    var entries: [Entry] = []
    for (text, node) in mapping.textNodes(key) {
      do throws(TimeIntervalSyntaxError) {
        entries.append(try read(text))
      } catch {
        mapping.diagnostics.report(node.error(error.description))
      }
    }
    return entries
  }
}
