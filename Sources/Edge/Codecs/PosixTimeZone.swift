/// A time zone in the syntax of POSIX' `TZ`, `CET-1CEST,M3.5.0,M10.5.0/3`, with the extensions of
/// RFC 8536.
struct PosixTimeZone: Sendable, Hashable {
  /// The rule for the day on which daylight saving time begins or ends.
  private enum Day: Hashable {
    /// A day from 1 to 365; 29 February is never counted.
    case julian(Int)
    /// A day from 0 to 365, with 29 February.
    case ofYear(Int)
    /// A weekday (Sunday is 0) of a week from 1 to 5; week 5 is the last of the month.
    case inMonth(month: Int, week: Int, weekday: Int)
  }

  private struct Change: Hashable {
    let day: Day
    /// Seconds after midnight, in the local time before the change.
    let time: Int
  }

  private struct Daylight: Hashable {
    let offset: TimeZoneRules.Offset
    let start: Change
    let end: Change
  }

  /// The offset outside daylight saving time.
  let standard: TimeZoneRules.Offset
  private let daylight: Daylight?

  /// Parses a `TZ` text; returns nil if it is malformed.
  init?(_ text: String) {
    var reader = Reader(rest: Substring(text))
    guard let name = reader.name(), let west = reader.duration() else { return nil }
    standard = TimeZoneRules.Offset(seconds: -west, abbreviation: name)
    guard !reader.rest.isEmpty else {
      daylight = nil
      return
    }
    guard let name = reader.name() else { return nil }
    var offset = standard.seconds + 3600
    if reader.rest.first != "," {
      guard let west = reader.duration() else { return nil }
      offset = -west
    }
    guard let start = reader.change(), let end = reader.change(), reader.rest.isEmpty else {
      return nil
    }
    daylight = Daylight(
      offset: TimeZoneRules.Offset(seconds: offset, abbreviation: name), start: start, end: end)
  }

  /// The offset at an instant, in seconds since the epoch.
  func offset(at seconds: Int64) -> TimeZoneRules.Offset {
    guard let daylight else { return standard }
    let year = CivilDate(millisecondsSinceEpoch: (seconds + Int64(standard.seconds)) * 1000).year
    let start = Self.instant(of: daylight.start, in: year) - Int64(standard.seconds)
    let end = Self.instant(of: daylight.end, in: year) - Int64(daylight.offset.seconds)
    // In the southern hemisphere the year begins in daylight saving time.
    let isDaylight =
      start < end ? seconds >= start && seconds < end : !(seconds >= end && seconds < start)
    return isDaylight ? daylight.offset : standard
  }

  /// The local time of a change in a year, in seconds as if it were UTC.
  private static func instant(of change: Change, in year: Int) -> Int64 {
    let newYear = CivilDate.daysSinceEpoch(year: year, month: 1, day: 1)
    let day: Int64
    switch change.day {
    case .julian(let number):
      let march = CivilDate.daysSinceEpoch(year: year, month: 3, day: 1)
      day = number < 60 ? newYear + Int64(number) - 1 : march + Int64(number) - 60
    case .ofYear(let number): day = newYear + Int64(number)
    case .inMonth(let month, let week, let weekday):
      let first = CivilDate.daysSinceEpoch(year: year, month: month, day: 1)
      let date = CivilDate(millisecondsSinceEpoch: first * 86_400_000)
      var number = (weekday - date.weekday + 7) % 7 + 7 * (week - 1)
      if number >= date.daysInMonth { number -= 7 }
      day = first + Int64(number)
    }
    return day * 86_400 + Int64(change.time)
  }
}

extension PosixTimeZone {
  private struct Reader {
    var rest: Substring

    /// Parses a name: at least three letters, or any text in angle brackets.
    mutating func name() -> String? {
      if rest.first == "<" {
        let name = rest.dropFirst().prefix { $0 != ">" }
        guard !name.isEmpty, name.endIndex < rest.endIndex else { return nil }
        rest = rest[rest.index(after: name.endIndex)...]
        return String(name)
      }
      let name = rest.prefix { $0.isLetter && $0.isASCII }
      guard name.count >= 3 else { return nil }
      rest = rest[name.endIndex...]
      return String(name)
    }

    /// Parses `[+-]hh[:mm[:ss]]`; returns seconds.
    mutating func duration() -> Int? {
      let sign = rest.first == "-" ? -1 : 1
      if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
      guard var seconds = number(0...167).map({ $0 * 3600 }) else { return nil }
      for unit in [60, 1] where rest.first == ":" {
        rest = rest.dropFirst()
        guard let value = number(0...59) else { return nil }
        seconds += value * unit
      }
      return sign * seconds
    }

    /// Parses `,date[/time]`.
    mutating func change() -> Change? {
      guard rest.first == "," else { return nil }
      rest = rest.dropFirst()
      guard let day = day() else { return nil }
      guard rest.first == "/" else { return Change(day: day, time: 2 * 3600) }
      rest = rest.dropFirst()
      return duration().map { Change(day: day, time: $0) }
    }

    private mutating func day() -> Day? {
      switch rest.first {
      case "J":
        rest = rest.dropFirst()
        return number(1...365).map { .julian($0) }
      case "M":
        var parts: [Int] = []
        for range in [1...12, 1...5, 0...6] {
          rest = rest.dropFirst()
          guard let part = number(range) else { return nil }
          parts.append(part)
        }
        return .inMonth(month: parts[0], week: parts[1], weekday: parts[2])
      default: return number(0...365).map { .ofYear($0) }
      }
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int? {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let value = Int(digits), range.contains(value) else { return nil }
      rest = rest[digits.endIndex...]
      return value
    }
  }
}
