extension Timestamp: InstantProtocol {
  /// The instant at a distance from 1970-01-01 00:00 UTC, rounded down to the millisecond.
  public init(sinceEpoch distance: Duration) {
    self.init(rawValue: distance.milliseconds)
  }

  /// The instant a duration later, rounded down to the millisecond; saturates instead of
  /// overflowing.
  public func advanced(by duration: Duration) -> Timestamp {
    adding(milliseconds: duration.milliseconds)
  }

  /// The time from this instant to another; negative if that one is earlier.
  public func duration(to other: Timestamp) -> Duration {
    .milliseconds(other.rawValue) - .milliseconds(rawValue)
  }

  /// The instant `duration` later; saturates instead of overflowing.
  public static func + (instant: Timestamp, duration: Duration) -> Timestamp {
    instant.advanced(by: duration)
  }

  /// The instant `duration` earlier; saturates instead of overflowing.
  public static func - (instant: Timestamp, duration: Duration) -> Timestamp {
    instant.advanced(by: .zero - duration)
  }

  /// The time between two instants; negative if `later` is the earlier one.
  public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    earlier.duration(to: later)
  }
}
