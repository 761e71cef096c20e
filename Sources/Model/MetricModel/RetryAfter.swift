/// Reads the header `Retry-After`: seconds, or an HTTP date (RFC 9110, 10.2.3).
package enum RetryAfter {
  /// How long to wait from `now` on; nil if the text is neither form.
  package static func duration(_ text: String?, now: Timestamp) -> Duration? {
    guard let text else { return nil }
    let trimmed = text.split(separator: " ", omittingEmptySubsequences: true)
    if trimmed.count == 1, let seconds = Int64(trimmed[0]), seconds >= 0 {
      return .seconds(min(seconds, 86_400 * 365))
    }
    guard let date = date(trimmed.map(String.init)) else { return nil }
    return .milliseconds(max(0, date.milliseconds(since: now)))
  }

  /// `Wed, 21 Oct 2015 07:28:00 GMT`
  private static func date(_ words: [String]) -> Timestamp? {
    guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), (1...31).contains(day),
      let month = months.firstIndex(of: words[2]), let year = Int(words[3])
    else { return nil }
    let time = words[4].split(separator: ":").compactMap { Int($0) }
    guard time.count == 3, (0..<24).contains(time[0]), (0..<60).contains(time[1]),
      (0..<61).contains(time[2]), (1970...9999).contains(year)
    else { return nil }
    let days = CivilDate.daysSinceEpoch(year: year, month: month + 1, day: day)
    let seconds = days * 86_400 + Int64(time[0] * 3600 + time[1] * 60 + time[2])
    return Timestamp(rawValue: seconds * 1000)
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
