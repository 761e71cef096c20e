/// A duration in Prometheus' notation, `1h30m`: the units y w d h m s ms in descending order, each
/// at most once.
///
/// A year is 365 days and a week 7. The value is in milliseconds and not negative. Format:
/// Prometheus documentation, "Time durations".
public struct PrometheusDuration: RawRepresentable, Hashable, Comparable, Sendable,
  CustomStringConvertible
{
  /// Milliseconds, never negative.
  public let rawValue: Int64

  /// A duration in milliseconds; a negative number counts as zero.
  public init(rawValue: Int64) { self.rawValue = max(0, rawValue) }

  /// A duration rounded down to milliseconds; a negative one counts as zero.
  public init(_ duration: Duration) { self.init(rawValue: duration.milliseconds) }

  /// A duration of whole seconds.
  public static func seconds(_ seconds: Int64) -> PrometheusDuration {
    .init(rawValue: seconds * 1000)
  }
  /// A duration of whole minutes.
  public static func minutes(_ minutes: Int64) -> PrometheusDuration { .seconds(minutes * 60) }
  /// A duration of whole hours.
  public static func hours(_ hours: Int64) -> PrometheusDuration { .minutes(hours * 60) }
  /// The duration zero.
  public static let zero = PrometheusDuration(rawValue: 0)

  /// The longest duration that can be parsed, in milliseconds: Prometheus' limit of 64-bit
  /// nanoseconds, about 292 years.
  private static let longest = Int64.max / 1_000_000

  /// Parses a duration; returns nil if the text is malformed or the duration longer than 292 years.
  /// `0` needs no unit.
  public init?(_ text: String) {
    if text == "0" {
      self.init(rawValue: 0)
      return
    }
    var rest = text.utf8[...]
    var total: Int64 = 0
    var units = Self.units[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { (48...57).contains($0) }
      guard !digits.isEmpty, let number = Self.number(digits) else { return nil }
      rest = rest[digits.endIndex...]
      let name = rest.prefix { !(48...57).contains($0) }
      guard let index = units.firstIndex(where: { $0.name.utf8.elementsEqual(name) }) else {
        return nil
      }
      let (part, tooLong) = number.multipliedReportingOverflow(by: units[index].milliseconds)
      let (sum, tooMuch) = total.addingReportingOverflow(part)
      guard !tooLong, !tooMuch, sum <= Self.longest else { return nil }
      total = sum
      units = units[(index + 1)...]
      rest = rest[name.endIndex...]
    }
    self.init(rawValue: total)
  }

  /// The value of decimal digits; nil if it exceeds 64 bits.
  private static func number(_ digits: Substring.UTF8View) -> Int64? {
    var number: Int64 = 0
    for digit in digits {
      let (tens, tooLong) = number.multipliedReportingOverflow(by: 10)
      let (sum, tooMuch) = tens.addingReportingOverflow(Int64(digit) - 48)
      if tooLong || tooMuch { return nil }
      number = sum
    }
    return number
  }

  /// The duration in seconds, with its fraction.
  public var seconds: Double { Double(rawValue) / 1000 }
  /// The same duration as Swift's own type.
  public var duration: Duration { .milliseconds(rawValue) }

  /// The shortest text that parses to the same value; years and weeks are used only if nothing
  /// smaller remains.
  public var description: String {
    guard rawValue > 0 else { return "0s" }
    var text = ""
    var rest = rawValue
    for unit in Self.units {
      if unit.isWholeOnly, rest % unit.milliseconds != 0 { continue }
      let count = rest / unit.milliseconds
      if count > 0 { text += "\(count)\(unit.name)" }
      rest -= count * unit.milliseconds
    }
    return text
  }

  public static func < (left: PrometheusDuration, right: PrometheusDuration) -> Bool {
    left.rawValue < right.rawValue
  }

  private struct Unit: Sendable {
    let name: String
    let milliseconds: Int64
    var isWholeOnly = false
  }

  private static let units = [
    Unit(name: "y", milliseconds: 365 * 86_400_000, isWholeOnly: true),
    Unit(name: "w", milliseconds: 7 * 86_400_000, isWholeOnly: true),
    Unit(name: "d", milliseconds: 86_400_000),
    Unit(name: "h", milliseconds: 3_600_000),
    Unit(name: "m", milliseconds: 60_000),
    Unit(name: "s", milliseconds: 1000),
    Unit(name: "ms", milliseconds: 1),
  ]
}
