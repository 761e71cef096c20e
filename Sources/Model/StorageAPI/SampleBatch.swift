public import MetricModel

/// Samples of many series on their way into a store: three columns of equal length.
///
/// One batch is one scrape, or what one rule wrote: it is kept as a whole or not at all.
public struct SampleBatch: Sendable {
  /// Whose sample it is.
  public private(set) var series: [SeriesID] = []
  /// When it was taken.
  public private(set) var timestamps: [Timestamp] = []
  /// The value; `StaleMarker.value` ends a series.
  public private(set) var values: [Double] = []

  public init() {}

  /// The number of samples.
  @inlinable public var count: Int { series.count }

  /// Adds one sample.
  ///
  /// - Complexity: O(1) amortised.
  public mutating func append(_ series: SeriesID, at timestamp: Timestamp, _ value: Double) {
    self.series.append(series)
    timestamps.append(timestamp)
    values.append(value)
  }

  /// Makes room for samples that are to come.
  public mutating func reserveCapacity(_ count: Int) {
    series.reserveCapacity(count)
    timestamps.reserveCapacity(count)
    values.reserveCapacity(count)
  }

  /// Empties the batch and keeps its memory for the next one.
  public mutating func removeAll() {
    series.removeAll(keepingCapacity: true)
    timestamps.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }
}
