/// Dates in the three forms of HTTP header fields (RFC 9110, 5.6.7) and in that of certificates.
package enum HTTPDate {
  /// The date in seconds since the epoch; nil if the text is not a date in UTC.
  ///
  /// Parses `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37
  /// 1994`, and `Nov  6 08:49:37 1994 GMT` as OpenSSL prints it.
  package static func seconds(_ text: String) -> Int? {
    let words = text.split { " ,-".contains($0) }
    let isZoned = words.last == "GMT" || words.last == "UTC"
    return switch (words.count, isZoned) {
    case (6, true): moment(year: words[3], month: words[2], day: words[1], time: words[4])
    case (5, true): moment(year: words[3], month: words[0], day: words[1], time: words[2])
    case (5, false): moment(year: words[4], month: words[1], day: words[2], time: words[3])
    default: nil
    }
  }

  private static let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func moment(
    year: Substring, month: Substring, day: Substring, time: Substring
  ) -> Int? {
    let parts = time.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard let year = fullYear(year), let month = months.firstIndex(of: month), let day = Int(day),
      (1...31).contains(day), parts.count == 3, let hour = parts[0], let minute = parts[1],
      let second = parts[2], (0..<24).contains(hour), (0..<60).contains(minute),
      (0...60).contains(second)
    else { return nil }
    let days = Int(CivilDate.daysSinceEpoch(year: year, month: month + 1, day: day))
    return days * 86_400 + hour * 3600 + minute * 60 + second
  }

  /// The year of four or two digits; two-digit years below 69 are in this century.
  private static func fullYear(_ text: Substring) -> Int? {
    guard let year = Int(text), (0...9999).contains(year) else { return nil }
    return switch text.utf8.count {
    case 4: year
    case 2: year < 69 ? 2000 + year : 1900 + year
    default: nil
    }
  }
}
