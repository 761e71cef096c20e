public import MetricModel

/// Selects stored samples: from the embedded store, or a remote one.
public protocol SeriesQuerier: Sendable {
  /// The series that satisfy all matchers and may have samples in the range, in the requested
  /// order.
  ///
  /// - Complexity: About O(series found); no sample is read before `SelectedSeries.read`.
  func select(_ selection: SeriesSelection) async throws(StorageError) -> any SelectedSeries

  /// The sorted names of all labels of the series that satisfy any of the selections, or of all
  /// series if there are no selections.
  func labelNames(_ selections: [SeriesSelection]) async throws(StorageError) -> [String]

  /// The sorted values of a label of the series that satisfy any of the selections, or of all
  /// series if there are no selections.
  func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String]
}

/// A selection of series and samples: matchers, all of which must be satisfied, and a range of
/// time, both ends included.
public struct SeriesSelection: Sendable, Hashable {
  /// Conditions on labels, including the metric name.
  public var matchers: [LabelMatcher]
  /// The start of the range.
  public var from: Timestamp
  /// The end of the range.
  public var through: Timestamp
  /// The order of the series.
  public var order: Order

  /// An order of series.
  public enum Order: Sendable, Hashable {
    /// Sorted by labels.
    case labels
    /// The order in which reading is fastest; series without samples in the range may be included.
    case any
  }

  /// Creates a selection.
  public init(
    matchers: [LabelMatcher], from: Timestamp = .distantPast, through: Timestamp = .distantFuture,
    order: Order = .labels
  ) {
    self.matchers = matchers
    self.from = from
    self.through = through
    self.order = order
  }
}

/// The series of a selection, whose samples are read one series after another.
///
/// They do not change after the selection. Only one task at a time may read a selection; reading in
/// order is fastest.
public protocol SelectedSeries: AnyObject, Sendable {
  /// The label sets of the series, in order.
  var labels: [Labels] { get }

  /// The same label sets, shared by all selections that found the same series.
  var seriesSet: SeriesSet { get }

  /// Appends the samples of one series in `from...through` to the columns, in order of time, stale
  /// markers included.
  ///
  /// - Complexity: O(samples decoded); one call per series and query.
  func read(
    _ place: Int, from: Timestamp, through: Timestamp, into columns: inout SampleColumns
  ) throws(StorageError)

  /// The newest sample of one series in `from...through`, if it is a number and available without
  /// decoding others; `nil` means that `read` must be called to find out.
  func newest(
    _ place: Int, from: Timestamp, through: Timestamp
  ) throws(StorageError) -> (timestamp: Int64, value: Double)?
}

extension SelectedSeries {
  /// A set that no other selection shares.
  public var seriesSet: SeriesSet { SeriesSet(labels) }

  /// Returns nil, for sources that must decode samples to find the newest.
  public func newest(
    _ place: Int, from: Timestamp, through: Timestamp
  ) throws(StorageError) -> (timestamp: Int64, value: Double)? { nil }
}

/// Samples of one series as two columns of equal length, in order of time; reused for one series
/// after another.
public struct SampleColumns: Sendable {
  /// Milliseconds since the epoch, strictly increasing.
  public var timestamps: [Int64] = []
  /// The values.
  public var values: [Double] = []
  /// The start timestamps of the samples in milliseconds, 0 if unknown; empty if the source stores
  /// none, otherwise as long as `timestamps`.
  public var startTimestamps: [Int64] = []
  /// The increasing indices of samples that are native histograms, whose values are NaN. A query
  /// that meets one ends with an error.
  public var histogramPlaces: [Int] = []

  public init() {}

  /// The number of samples.
  @inlinable public var count: Int { timestamps.count }

  /// Appends one sample, which must be later than the last one.
  @inlinable
  public mutating func append(_ timestamp: Timestamp, _ value: Double) {
    timestamps.append(timestamp.rawValue)
    values.append(value)
  }

  /// Removes all samples, but retains the capacity.
  @inlinable
  public mutating func removeAll() {
    timestamps.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    startTimestamps.removeAll(keepingCapacity: true)
    histogramPlaces.removeAll(keepingCapacity: true)
  }
}
