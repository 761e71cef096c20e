/// Days of a month, both ends included; negative ones count from the end of the month, the last day
/// is -1.
package struct DayOfMonthRange: Sendable, Hashable {
  /// 1 to 31, or -31 to -1.
  package let first: Int
  /// 1 to 31, or -31 to -1.
  package let last: Int

  /// Reads `1`, `1:7`, `-3:-1` or `25:-1`.
  package init(_ text: String) throws(TimeIntervalSyntaxError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map {
      Int(String($0.drop { $0 == " " }))
    }
    guard (1...2).contains(parts.count), let first = parts[0], let last = parts[parts.count - 1],
      (1...31).contains(first.magnitude), (1...31).contains(last.magnitude)
    else {
      throw TimeIntervalSyntaxError(
        "\"\(text)\" is no day of the month; write 1 to 31, -1 to -31, or a range as -7:-1")
    }
    guard first > 0 || last < 0 else {
      throw TimeIntervalSyntaxError(
        "\"\(text)\": a start counted from the end of the month needs such an end, too")
    }
    guard first.signum() != last.signum() || first <= last else {
      throw TimeIntervalSyntaxError("\"\(text)\": the start is after the end")
    }
    self.first = first
    self.last = last
  }

  /// Whether a day is in the range, for a month of some length: the end is clamped to the month, a
  /// start after its last day never matches.
  func contains(day: Int, ofMonthWith length: Int) -> Bool {
    let start = first < 0 ? length + first + 1 : first
    let end = last < 0 ? length + last + 1 : last
    guard start <= length else { return false }
    return max(start, 1) <= day && day <= min(end, length)
  }
}
