/// The NaN that marks the end of a series; every other NaN is a value.
///
/// Compare bit patterns before any arithmetic: adding to a marker produces an ordinary NaN.
public enum StaleMarker {
  /// The bit pattern that Prometheus uses.
  public static let bits: UInt64 = 0x7ff0_0000_0000_0002

  /// The marker as a sample value.
  @inlinable public static var value: Double { Double(bitPattern: 0x7ff0_0000_0000_0002) }

  /// Whether a sample value is the marker.
  @inlinable public static func isStale(_ value: Double) -> Bool {
    value.bitPattern == 0x7ff0_0000_0000_0002
  }
}
