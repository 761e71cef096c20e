/// A UTC calendar date and time of day: the proleptic Gregorian calendar, without leap seconds.
///
/// The conversion counts in 400-year eras that begin on 1 March (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms").
public struct CivilDate: Hashable, Sendable {
  /// The astronomical year: 1 BC is 0.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int
  /// 0 to 23.
  public let hour: Int
  /// 0 to 59.
  public let minute: Int
  /// 0 to 59.
  public let second: Int
  /// 0 to 999.
  public let millisecond: Int
  /// Sunday is 0.
  public let weekday: Int
  /// 1 to 366.
  public let dayOfYear: Int

  /// The calendar date of an instant, given in milliseconds since the epoch.
  public init(millisecondsSinceEpoch milliseconds: Int64) {
    let days = Self.flooredQuotient(milliseconds, 86_400_000)
    let inDay = Int(milliseconds - days * 86_400_000)
    let shifted = days + 719_468
    let era = Self.flooredQuotient(shifted, 146_097)
    let dayOfEra = Int(shifted - era * 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayFromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayFromMarch + 2) / 153
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0)
    day = dayFromMarch - (153 * monthFromMarch + 2) / 5 + 1
    hour = inDay / 3_600_000
    minute = inDay / 60_000 % 60
    second = inDay / 1000 % 60
    millisecond = inDay % 1000
    weekday = Int(Self.flooredRemainder(days + 4, 7))
    dayOfYear = Int(days - Self.daysSinceEpoch(year: year, month: 1, day: 1)) + 1
  }

  /// Days from 1970-01-01 to the given date, negative before it.
  public static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64 {
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let era = flooredQuotient(shiftedYear, 400)
    let yearOfEra = shiftedYear - era * 400
    let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The number of days of the month, 28 to 31.
  public var daysInMonth: Int {
    let next = month == 12 ? (year + 1, 1) : (year, month + 1)
    return Int(
      Self.daysSinceEpoch(year: next.0, month: next.1, day: 1)
        - Self.daysSinceEpoch(year: year, month: month, day: 1))
  }

  /// The date, as in `2026-11-21`.
  public var dateText: String {
    Self.padded(year, to: 4) + "-" + Self.padded(month, to: 2) + "-" + Self.padded(day, to: 2)
  }

  /// The time of day, as in `08:06:00`.
  public var timeText: String {
    Self.padded(hour, to: 2) + ":" + Self.padded(minute, to: 2) + ":" + Self.padded(second, to: 2)
  }

  /// A number in decimal with leading zeros, at least `width` digits.
  public static func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (number < 0 ? "-" : "") + zeros + digits
  }

  private static func flooredQuotient(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  private static func flooredRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
    let remainder = value % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
