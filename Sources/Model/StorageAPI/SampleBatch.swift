public import MetricModel

/// Samples of many series to be stored: three columns of equal length.
///
/// A batch contains the samples of one scrape or one rule; it is stored completely or not at all.
public struct SampleBatch: Sendable {
  /// The series of each sample.
  public private(set) var series: [SeriesID] = []
  /// The time of each sample.
  public private(set) var timestamps: [Timestamp] = []
  /// The value of each sample; `StaleMarker.value` ends a series.
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

  /// Adds up to `count` samples of one time; `fill` appends their series and values, the same
  /// number of each.
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

  /// Reserves capacity for `count` samples.
  public mutating func reserveCapacity(_ count: Int) {
    series.reserveCapacity(count)
    timestamps.reserveCapacity(count)
    values.reserveCapacity(count)
  }

  /// Removes all samples, but retains the capacity for the next batch.
  public mutating func removeAll() {
    series.removeAll(keepingCapacity: true)
    timestamps.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }
}
