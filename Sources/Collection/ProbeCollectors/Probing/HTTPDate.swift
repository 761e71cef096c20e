/// Dates of HTTP header fields in the three forms that RFC 9110 wants to be read.
enum HTTPDate {
  /// Seconds since the epoch; nil for text that is no date.
  static func seconds(_ text: String) -> Int? {
    let words = text.split { " ,-".contains($0) }.map(String.init)
    // Sun, 06 Nov 1994 08:49:37 GMT; Sunday, 06-Nov-94 08:49:37 GMT; Sun Nov  6 08:49:37 1994
    if words.count == 6, words[5] == "GMT" || words[5] == "UTC" {
      return moment(day: words[1], month: words[2], year: words[3], clock: words[4])
    }
    guard words.count == 5 else { return nil }
    return moment(day: words[2], month: words[1], year: words[4], clock: words[3])
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func moment(day: String, month: String, year: String, clock: String) -> Int? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    let time = parts.compactMap { Int($0) }
    guard let day = Int(day), (1...31).contains(day), let month = months.firstIndex(of: month),
      let year = fullYear(year), parts.count == 3, time.count == 3, (0..<24).contains(time[0]),
      (0..<60).contains(time[1]), (0...60).contains(time[2])
    else { return nil }
    return days(year, month + 1, day) * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
  }

  private static func fullYear(_ text: String) -> Int? {
    guard let year = Int(text), (0...9999).contains(year) else { return nil }
    guard text.utf8.count == 2 else { return text.utf8.count == 4 ? year : nil }
    return year < 69 ? 2000 + year : 1900 + year
  }

  /// Days from 1970-01-01; years begin in March here, so that the leap day is the last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}
