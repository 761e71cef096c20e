public import MetricModel

/// Where samples come from: the embedded store, or a remote one.
public protocol SeriesQuerier: Sendable {
  /// The series that fulfil all matchers and may have samples in the range, in the order that is asked for.
  ///
  /// - Complexity: about O(series found); no sample is touched before `SelectedSeries.read`.
  func select(_ selection: SeriesSelection) async throws(StorageError) -> any SelectedSeries

  /// The names of all labels of the series that fulfil any of the selections; of all series if there are none. Sorted.
  func labelNames(_ selections: [SeriesSelection]) async throws(StorageError) -> [String]

  /// The values of a label, likewise. Sorted.
  func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String]
}

/// What to select: matchers, all of which must hold, and the range of time of interest, both ends included.
public struct SeriesSelection: Sendable, Hashable {
  /// Conditions on labels, the metric name among them.
  public var matchers: [LabelMatcher]
  /// Samples before this are not wanted.
  public var from: Timestamp
  /// Samples after this are not wanted.
  public var through: Timestamp
  /// In which order the series come.
  public var order: Order

  /// In which order series come.
  public enum Order: Sendable, Hashable {
    /// Sorted.
    case labels
    /// Whichever is read fastest; some series without samples in the range may be among them.
    case any
  }

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

/// The series of a selection, ready to hand over their samples one after another.
///
/// They are seen as they were at the selection. A selection is read from one task at a time, and fastest in order.
public protocol SelectedSeries: AnyObject, Sendable {
  /// Who the series are, in order.
  var labels: [Labels] { get }

  /// The same, shared by all selections that found the same series.
  var seriesSet: SeriesSet { get }

  /// Appends the samples of `from...through` of the series at a place to the columns, in order of time, stale markers included.
  ///
  /// - Complexity: O(samples decoded); one call per series and query.
  func read(
    _ place: Int, from: Timestamp, through: Timestamp, into columns: inout SampleColumns
  ) throws(StorageError)

  /// The newest sample of `from...through` of the series at a place, if it is a number and the source knows it without decoding
  /// others; nil says nothing: `read` has it, if there is one.
  func newest(
    _ place: Int, from: Timestamp, through: Timestamp
  ) throws(StorageError) -> (timestamp: Int64, value: Double)?
}

extension SelectedSeries {
  public var seriesSet: SeriesSet { SeriesSet(labels) }

  public func newest(
    _ place: Int, from: Timestamp, through: Timestamp
  ) throws(StorageError) -> (timestamp: Int64, value: Double)? { nil }
}

/// Samples of one series as two columns of equal length, in order of time; reused from series to series.
public struct SampleColumns: Sendable {
  /// Milliseconds since the epoch, strictly growing.
  public var timestamps: [Int64] = []
  /// The values.
  public var values: [Double] = []
  /// The instants since which the samples count, in milliseconds; 0 where that is not known. Empty when
  /// the source keeps none, else as long as `timestamps`: a column that costs nothing where it is not used.
  public var startTimestamps: [Int64] = []
  /// The places of samples that are native histograms, in growing order; their values are NaN. The
  /// room for a column of histograms: a query that meets one ends with an error.
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

  /// Empties the columns and keeps their memory.
  @inlinable
  public mutating func removeAll() {
    timestamps.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    startTimestamps.removeAll(keepingCapacity: true)
    histogramPlaces.removeAll(keepingCapacity: true)
  }
}
