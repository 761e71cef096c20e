import Codecs
package import MetricModel

/// A time in templates, Go's `time.Time`: `.StartsAt.Format "15:04"`, `.EndsAt.Sub .StartsAt`.
package struct TemplateTime: TemplateObject, Hashable {
  /// The instant.
  package let instant: Timestamp
  /// The offset of the zone in which the time is shown, in seconds east of UTC.
  package let offset: Int
  /// The abbreviation of the zone.
  package let zone: String

  /// Go's zero time, the start of year 1: the end of an alert that is firing.
  package static let zero = TemplateTime(Timestamp(rawValue: -62_135_596_800_000))

  /// Creates a time.
  package init(_ instant: Timestamp, offset: Int = 0, zone: String = "UTC") {
    self.instant = instant
    self.offset = offset
    self.zone = zone
  }

  /// Go's name of the type.
  package var typeName: String { "time.Time" }

  /// The time as Go prints it: `2026-11-21 08:06:00 +0000 UTC`.
  package var printed: String {
    GoTimeLayout.format(self, layout: "2006-01-02 15:04:05.999999999 -0700 MST")
  }

  /// The time in RFC 3339.
  package var json: TemplateValue {
    .string(GoTimeLayout.format(self, layout: "2006-01-02T15:04:05.999999999Z07:00"))
  }

  /// The calendar date in the time's zone.
  var date: CivilDate { CivilDate(instant.adding(milliseconds: Int64(offset) * 1000)) }

  /// The methods of Go's `time.Time` that are in the switches below; `nil` for others.
  package func call(
    _ method: String, _ arguments: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue? {
    if let value = component(method) ?? text(method) {
      try expect(0, arguments, of: method)
      return value
    }
    switch method {
    case "Format":
      try expect(1, arguments, of: method)
      guard let layout = arguments[0].text else { throw TemplateFault("expected string") }
      return .string(GoTimeLayout.format(self, layout: layout))
    case "Sub":
      return .object(
        TemplateDuration(milliseconds: milliseconds(since: try time(arguments, of: method))))
    case "After": return .bool(instant > (try time(arguments, of: method)).instant)
    case "Before": return .bool(instant < (try time(arguments, of: method)).instant)
    case "Equal": return .bool(instant == (try time(arguments, of: method)).instant)
    case "Add":
      try expect(1, arguments, of: method)
      guard case .object(let object) = arguments[0], let duration = object as? TemplateDuration
      else { throw TemplateFault("expected time.Duration, got \(arguments[0].typeName)") }
      let moved = instant.adding(milliseconds: duration.nanoseconds / 1_000_000)
      return .object(TemplateTime(moved, offset: offset, zone: zone))
    default: return nil
    }
  }

  private func component(_ method: String) -> TemplateValue? {
    let date = date
    switch method {
    case "Unix": return .int(Int(instant.rawValue.flooredSeconds))
    case "UnixMilli": return .int(Int(instant.rawValue))
    case "UnixNano":
      return .int(Int(instant.rawValue.multipliedReportingOverflow(by: 1_000_000).partialValue))
    case "Year": return .int(date.year)
    case "Day": return .int(date.day)
    case "YearDay": return .int(date.dayOfYear)
    case "Hour": return .int(date.hour)
    case "Minute": return .int(date.minute)
    case "Second": return .int(date.second)
    case "Nanosecond": return .int(date.millisecond * 1_000_000)
    case "IsZero": return .bool(self == .zero)
    default: return nil
    }
  }

  private func text(_ method: String) -> TemplateValue? {
    switch method {
    case "Month": .string(GoTimeLayout.months[date.month - 1])
    case "Weekday": .string(GoTimeLayout.weekdays[date.weekday])
    case "String": .string(printed)
    case "UTC": .object(TemplateTime(instant))
    default: nil
    }
  }

  private func milliseconds(since other: TemplateTime) -> Int64 {
    instant.milliseconds(since: other.instant)
  }

  private func time(
    _ arguments: [TemplateValue], of method: String
  ) throws(TemplateFault) -> TemplateTime {
    try expect(1, arguments, of: method)
    guard case .object(let object) = arguments[0], let time = object as? TemplateTime else {
      throw TemplateFault("expected time.Time, got \(arguments[0].typeName)")
    }
    return time
  }
}

extension TemplateObject {
  /// Checks the number of a method's arguments.
  package func expect(
    _ count: Int, _ arguments: [TemplateValue], of method: String
  ) throws(TemplateFault) {
    guard arguments.count == count else {
      throw TemplateFault("wrong number of arguments: want \(count), got \(arguments.count)")
    }
  }
}

extension Int64 {
  /// Milliseconds as whole seconds, rounded down.
  fileprivate var flooredSeconds: Int64 { self >= 0 ? self / 1000 : -((-self + 999) / 1000) }
}
