/// An instant in milliseconds since the Unix epoch, negative before it; the unit of all samples.
@frozen
public struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable {
  /// Milliseconds since the epoch.
  public var rawValue: Int64

  /// Creates an instant from milliseconds since the epoch.
  @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Creates an instant from seconds since the epoch, rounded to the nearest millisecond and
  /// clamped to the representable range.
  public init(seconds: Double) {
    let milliseconds = (seconds * 1000).rounded()
    if milliseconds.isNaN {
      rawValue = 0
    } else if milliseconds >= 0x1p63 {
      rawValue = .max
    } else if milliseconds < -0x1p63 {
      rawValue = .min
    } else {
      rawValue = Int64(milliseconds)
    }
  }

  /// Seconds since the epoch.
  @inlinable public var seconds: Double { Double(rawValue) / 1000 }

  @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The instant `milliseconds` later; saturates instead of overflowing.
  @inlinable public func adding(milliseconds: Int64) -> Timestamp {
    let (sum, overflow) = rawValue.addingReportingOverflow(milliseconds)
    guard overflow else { return Timestamp(rawValue: sum) }
    return Timestamp(rawValue: milliseconds < 0 ? .min : .max)
  }

  /// The milliseconds from `earlier` to this instant; saturates instead of overflowing.
  @inlinable public func milliseconds(since earlier: Timestamp) -> Int64 {
    let (difference, overflow) = rawValue.subtractingReportingOverflow(earlier.rawValue)
    guard overflow else { return difference }
    return rawValue < earlier.rawValue ? .min : .max
  }

  /// The earliest instant that can be represented.
  public static let distantPast = Timestamp(rawValue: .min)
  /// The latest instant that can be represented.
  public static let distantFuture = Timestamp(rawValue: .max)
}
