import MetricModel

/// A node of a plan that yields an instant vector for every step of its grid, one series at a time.
///
/// The heads are known first; then each call of `next` writes the values of one series, in the
/// order of the heads. A row has one value per step; the bit pattern of the stale marker says that
/// the series has none there, and must be tested before any arithmetic.
protocol InstantOperator: AnyObject {
  /// The series of the rows, in the order in which they come.
  var heads: SeriesHeads { get }

  /// Overwrites the row, whose length is the number of steps, with the next series' values; returns
  /// `false` when there are no more.
  func next(into row: inout [Double]) throws(QueryError) -> Bool
}

/// Marks a step at which a series has no value.
@inline(__always)
var absentValue: Double { StaleMarker.value }

extension Double {
  /// Whether a series has a value at a step.
  @inline(__always)
  var isPresent: Bool { bitPattern != StaleMarker.bits }
}
