/// A store's identifier of a series: stable while the store is open, and internal to the process.
@frozen
public struct SeriesID: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number.
  public let rawValue: UInt64

  /// Wraps a number that the store assigned.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  @inlinable public static func < (left: SeriesID, right: SeriesID) -> Bool {
    left.rawValue < right.rawValue
  }
}
