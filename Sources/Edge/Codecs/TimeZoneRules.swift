private import FoundationEssentials

/// The offsets of a time zone from UTC, read from the system's time zone database (package tzdata).
///
/// Foundation's `TimeZone` would link ICU's copy of that database, which adds 30 MB to the program
/// and is as old as the toolchain.
package struct TimeZoneRules: Sendable, Hashable {
  /// An offset from UTC and its abbreviation.
  package struct Offset: Sendable, Hashable {
    /// Seconds east of UTC.
    package let seconds: Int
    /// The abbreviation, such as `CEST`.
    package let abbreviation: String

    init(seconds: Int, abbreviation: String) {
      self.seconds = seconds
      self.abbreviation = abbreviation
    }
  }

  /// The instants at which offsets begin, in seconds since the epoch, increasing.
  let transitions: [Int64]
  /// The offset that begins at each transition.
  let offsets: [Offset]
  /// The offset before the first transition.
  let first: Offset
  /// The rule after the last transition; nil if the last offset continues.
  let rule: PosixTimeZone?

  /// UTC.
  package static let utc = TimeZoneRules(
    transitions: [], offsets: [], first: Offset(seconds: 0, abbreviation: "UTC"), rule: nil)

  /// The zone of an IANA name, such as `Europe/Berlin`; nil if the system's database has no such
  /// zone.
  package init?(identifier: String) {
    if identifier == "UTC" {
      self = .utc
      return
    }
    let parts = identifier.split(separator: "/", omittingEmptySubsequences: false)
    let isName = parts.allSatisfy { part in
      part.first?.isLetter == true
        && part.utf8.allSatisfy { PercentEncoding.isUnreserved($0) || $0 == UInt8(ascii: "+") }
    }
    guard isName, let zone = Self(file: Self.folder + identifier) else { return nil }
    self = zone
  }

  /// The zone of this machine: from the environment variable `TZ`, from `/etc/localtime`, or UTC.
  package static func local() -> TimeZoneRules {
    guard let name = ProcessInfo.processInfo.environment["TZ"] else {
      return TimeZoneRules(file: "/etc/localtime") ?? .utc
    }
    let path = name.drop { $0 == ":" }
    if path.hasPrefix("/") { return TimeZoneRules(file: String(path)) ?? .utc }
    return TimeZoneRules(identifier: String(path)) ?? PosixTimeZone(name).map(Self.init) ?? .utc
  }

  private static let folder = "/usr/share/zoneinfo/"

  private init?(file: String) {
    guard let data = try? Data(contentsOf: URL(filePath: file)) else { return nil }
    self.init(parsing: Array(data))
  }

  private init(_ rule: PosixTimeZone) {
    self.init(transitions: [], offsets: [], first: rule.standard, rule: rule)
  }

  init(transitions: [Int64], offsets: [Offset], first: Offset, rule: PosixTimeZone?) {
    self.transitions = transitions
    self.offsets = offsets
    self.first = first
    self.rule = rule
  }

  /// The offset at an instant, in seconds since the epoch.
  ///
  /// - Complexity: O(log(transitions)).
  package func offset(at seconds: Int64) -> Offset {
    if let rule, seconds >= transitions.last ?? .min { return rule.offset(at: seconds) }
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : offsets[low - 1]
  }
}
