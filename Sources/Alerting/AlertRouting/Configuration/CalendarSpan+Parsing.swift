package import Codecs
import Foundation

extension CalendarSpan {
  /// Reads a weekday or a range of them: `monday`, `monday:friday`.
  package static func weekdays(
    _ text: String
  ) throws(TimeIntervalSyntaxError) -> ClosedRange<Int> {
    try range(text, "weekday; write sunday to saturday, or a range as monday:friday") { part in
      weekdayNames.firstIndex(of: part.lowercased())
    }
  }

  /// Reads a month or a range of them: `may`, `5`, `january:march`.
  package static func months(
    _ text: String
  ) throws(TimeIntervalSyntaxError) -> ClosedRange<Int> {
    try range(text, "month; write january to december, 1 to 12, or a range as 1:3") { part in
      if let index = monthNames.firstIndex(of: part.lowercased()) { return index + 1 }
      return Int(part).flatMap { (1...12).contains($0) ? $0 : nil }
    }
  }

  /// Reads a year or a range of them: `2026`, `2024:2026`.
  package static func years(_ text: String) throws(TimeIntervalSyntaxError) -> ClosedRange<Int> {
    try range(text, "year; write 2026, or a range as 2024:2026") { part in
      Int(part).flatMap { $0 >= 0 ? $0 : nil }
    }
  }

  /// Reads an IANA zone name, `UTC` or `Local`.
  package static func location(_ text: String) throws(TimeIntervalSyntaxError) -> TimeZoneRules {
    switch text {
    case "", "UTC": return .utc
    case "Local": return .local()
    default:
      guard let zone = TimeZoneRules(identifier: text) else {
        throw TimeIntervalSyntaxError(
          "unknown location \"\(text)\"; write a zone as Europe/Berlin, UTC or Local")
      }
      return zone
    }
  }

  private static func range(
    _ text: String, _ expected: String, _ read: (String) -> Int?
  ) throws(TimeIntervalSyntaxError) -> ClosedRange<Int> {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map {
      read($0.trimmingCharacters(in: .whitespaces))
    }
    guard (1...2).contains(parts.count), let first = parts[0], let last = parts[parts.count - 1]
    else { throw TimeIntervalSyntaxError("\"\(text)\" is no \(expected)") }
    guard first <= last else {
      throw TimeIntervalSyntaxError("\"\(text)\": the start is after the end; write two entries")
    }
    return first...last
  }

  private static let weekdayNames = [
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
  ]

  private static let monthNames = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]
}
