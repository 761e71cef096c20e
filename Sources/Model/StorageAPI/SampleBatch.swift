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

  /// Adds up to `count` samples of one time, whose series and values `fill` gives: as many of the one as of the other.
  ///
  /// - Complexity: O(samples added).
  public mutating func append(
    upTo count: Int, at timestamp: Timestamp,
    filledBy fill: (
      _ series: inout OutputSpan<SeriesID>, _ values: inout OutputSpan<Double>
    ) -> Void
  ) {
    series.append(addingCapacity: count) { series in
      values.append(addingCapacity: count) { values in fill(&series, &values) }
    }
    precondition(series.count == values.count, "a value for each series")
    timestamps.append(
      contentsOf: repeatElement(timestamp, count: series.count - timestamps.count))
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
