/// A store's own number for a series: stable while the store is open, never seen outside the process.
@frozen
public struct SeriesID: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number.
  public let rawValue: UInt64

  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  @inlinable public static func < (left: SeriesID, right: SeriesID) -> Bool {
    left.rawValue < right.rawValue
  }
}
