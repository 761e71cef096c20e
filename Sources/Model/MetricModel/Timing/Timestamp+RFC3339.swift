import Codecs

extension Timestamp {
  /// The instant in RFC 3339 format, in UTC with milliseconds, `2026-11-21T08:06:00.123Z`, as in
  /// Alertmanager's API.
  public var rfc3339: String {
    let date = CivilDate(self)
    return date.dateText + "T" + date.timeText + "." + CivilDate.padded(date.millisecond, to: 3)
      + "Z"
  }

  /// Parses an RFC 3339 time with any offset and any number of fraction digits; returns nil if the
  /// text is malformed.
  public init?(rfc3339 text: String) {
    var scanner = Scanner(text)
    guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2),
      scanner.skip("-"), let day = scanner.digits(2),
      scanner.skip("T") || scanner.skip("t")
        || scanner.skip(" "),
      let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2),
      scanner.skip(":"), let second = scanner.digits(2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    let fraction = scanner.skip(".") ? scanner.fractionMilliseconds() : 0
    guard let fraction, let offset = scanner.offsetSeconds(), scanner.isAtEnd else { return nil }
    let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
    let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offset)
    self.init(rawValue: seconds * 1000 + Int64(fraction))
  }

  private struct Scanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func digits(_ count: Int) -> Int? {
      guard rest.count >= count else { return nil }
      var value = 0
      for byte in rest.prefix(count) {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      rest = rest.dropFirst(count)
      return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard let first = rest.first, UInt32(first) == character.value else { return false }
      rest = rest.dropFirst()
      return true
    }

    mutating func fractionMilliseconds() -> Int? {
      let digits = rest.prefix { (48...57).contains($0) }
      guard !digits.isEmpty else { return nil }
      var value = 0
      for place in 0..<3 {
        let index = digits.index(digits.startIndex, offsetBy: place, limitedBy: digits.endIndex)
        let digit = index.flatMap { $0 < digits.endIndex ? Int(digits[$0] - 48) : nil }
        value = value * 10 + (digit ?? 0)
      }
      rest = rest[digits.endIndex...]
      return value
    }

    mutating func offsetSeconds() -> Int? {
      if skip("Z") || skip("z") { return 0 }
      let sign: Int
      if skip("+") {
        sign = 1
      } else if skip("-") {
        sign = -1
      } else {
        return nil
      }
      guard let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24, minutes < 60
      else { return nil }
      return sign * (hours * 3600 + minutes * 60)
    }
  }
}
