import MetricModel

/// A step of a plan that yields an instant vector for every step of its grid, one series at a time.
///
/// The heads are known first; then each call of `next` writes the values of one series, in the
/// order of the heads. A row has one value per step; the bit pattern of the stale marker says that
/// the series has none there, and must be tested before any arithmetic.
protocol InstantOperator: AnyObject {
  /// Who the rows belong to, in the order in which they come.
  var heads: SeriesHeads { get }

  /// Writes the next series' values over the row, whose length is the number of steps; false when
  /// there are no more.
  func next(into row: inout [Double]) throws(QueryError) -> Bool
}

/// The value of a step at which a series has none.
@inline(__always)
var absentValue: Double { StaleMarker.value }

extension Double {
  /// Whether a series has a value here.
  @inline(__always)
  var isPresent: Bool { bitPattern != StaleMarker.bits }
}
