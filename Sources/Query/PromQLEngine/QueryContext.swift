import PromQLSyntax
import StorageAPI

/// What the operators of one query share: the querier, the bounds of the query, its budget and its
/// annotations.
///
/// Used from one task only.
final class QueryContext {
  let querier: any SeriesQuerier
  let options: QueryOptions
  /// The instants of the outermost query.
  let grid: StepGrid
  /// The requested end, which the last instant may fall short of, in milliseconds.
  let end: Int64
  /// The step of the outermost query in seconds; 0 for an instant query.
  let stepSeconds: Double
  private var warnings = Annotations()
  private var infos = Annotations()
  /// Measures the query; `nil` unless that was requested.
  let recorder: QueryRecorder?
  /// Samples read from storage so far.
  private(set) var samplesRead = 0
  /// The most samples held in memory at one time so far.
  private(set) var peakSamples = 0

  private var heldSamples = 0
  private var pendingWork = QueryContext.workPerCheck
  private let deadline: ContinuousClock.Instant?

  init(
    querier: any SeriesQuerier, options: QueryOptions, grid: StepGrid, end: Int64,
    stepSeconds: Double
  ) {
    self.querier = querier
    self.options = options
    self.grid = grid
    self.end = end
    self.stepSeconds = stepSeconds
    recorder = options.recordsProfile ? QueryRecorder(grid) : nil
    deadline = options.timeout.map { ContinuousClock.now + $0 }
  }

  /// The number of samples processed between two readings of the clock: some microseconds.
  private static let workPerCheck = 1 << 14

  /// Called between series and inside long loops: ends a query that was cancelled or ran too long.
  /// `work` is the number of samples or steps that come next.
  @inline(__always)
  func checkpoint(work: Int = 512) throws(QueryError) {
    // Reading the clock costs as much as a short series, so only some of the calls do.
    pendingWork &+= work
    if pendingWork >= Self.workPerCheck { try checkNow() }
  }

  private func checkNow() throws(QueryError) {
    pendingWork = 0
    if Task.isCancelled { throw .cancelled }
    if let deadline, let timeout = options.timeout, ContinuousClock.now > deadline {
      throw .timedOut(after: timeout)
    }
  }

  /// Takes samples from the budget; they count until they are released.
  func hold(_ samples: Int) throws(QueryError) {
    heldSamples += samples
    if heldSamples > peakSamples { peakSamples = heldSamples }
    if heldSamples > options.maxSamples { throw .tooManySamples(limit: options.maxSamples) }
  }

  /// Returns samples to the budget.
  func release(_ samples: Int) { heldSamples -= samples }

  /// Takes the series that a part of the query yields from the budget: each of them is as large as
  /// two samples.
  ///
  /// Without it a chain of `or` would hold as many series as it has links, at each of them.
  func holdSeries(_ count: Int) throws(QueryError) {
    try checkpoint(work: count)
    try hold(2 * count)
  }

  /// Takes a flag in each cell of a table from the budget; eight of them are as large as a sample.
  func holdFlags(rows: Int, steps: Int) throws(QueryError) {
    try requireCapacity(rows: rows, steps: steps)
    try hold(rows * steps / 8)
  }

  /// Counts samples that were read from storage and are held until the next series is read.
  func noteRead(_ samples: Int) throws(QueryError) {
    samplesRead += samples
    try hold(samples)
    release(samples)
  }

  /// Refuses a table that cannot fit into the budget before it is allocated.
  func requireCapacity(rows: Int, steps: Int) throws(QueryError) {
    let (cells, overflow) = rows.multipliedReportingOverflow(by: steps)
    if overflow || cells > options.maxSamples {
      throw .tooManySamples(limit: options.maxSamples)
    }
  }

  /// The result with the annotations and the profile of the query.
  func result(_ value: QueryValue) -> QueryResult {
    var result = QueryResult(value: value, warnings: warnings.texts, infos: infos.texts)
    result.profile = recorder?.profile(self)
    return result
  }

  /// Warns that the result may be wrong because of a position in a part of the query.
  func warn(_ text: String, at range: SourceRange, of part: SourceRange? = nil) {
    warnings.add("PromQL warning: \(text)", at: range, of: part)
  }

  /// Adds the same warning about something that happened several times.
  func warn(_ text: String, occurrences: Int, at range: SourceRange) {
    warnings.add("PromQL warning: \(text)", occurrences: occurrences, at: range)
  }

  /// Adds an info annotation.
  func inform(_ text: String, at range: SourceRange) {
    infos.add("PromQL info: \(text)", at: range)
  }

  /// Adds an info annotation about buckets whose counts were raised.
  func inform(_ text: String, _ forced: ForcedBuckets, at range: SourceRange) {
    infos.add("PromQL info: \(text)", forced, at: range)
  }

  /// The milliseconds of a duration written in the query; 0 if there is none.
  func milliseconds(
    _ duration: DurationExpression?, at range: SourceRange
  ) throws(QueryError) -> Int64 {
    guard let duration else { return 0 }
    return StepGrid.milliseconds(try seconds(duration, at: range))
  }

  /// The milliseconds of a duration, which must be positive.
  func positiveMilliseconds(
    _ duration: DurationExpression, at range: SourceRange
  ) throws(QueryError) -> Int64 {
    let seconds = try seconds(duration, at: range, isLength: true)
    let value = StepGrid.milliseconds(seconds)
    guard value > 0 else {
      throw .failed("\(duration.bounds): duration must be greater than 0", at: range)
    }
    return value
  }

  /// The seconds of a duration; the messages begin, as Prometheus' do, with the first and last byte
  /// of the duration.
  private func seconds(
    _ duration: DurationExpression, at range: SourceRange, isLength: Bool = false
  ) throws(QueryError) -> Double {
    let seconds: Double
    do {
      seconds = try duration.seconds(step: stepSeconds, range: Double(end - grid.start) / 1000)
    } catch {
      let bounds = error.range.map { "\($0.start.offset):\($0.end.offset): " } ?? ""
      throw .failed(bounds + error.message, at: range)
    }
    guard seconds.isFinite else {
      throw .failed("\(duration.bounds): duration is NaN or infinite", at: range)
    }
    if isLength, seconds <= 0 {
      throw .failed("\(duration.bounds): duration must be greater than 0", at: range)
    }
    guard seconds.magnitude <= DurationExpression.longest else {
      throw .failed("\(duration.bounds): duration is out of range", at: range)
    }
    return seconds
  }

  /// The instant of an `@`, in milliseconds.
  func time(_ at: AtModifier) -> Int64 {
    switch at {
    case .time(let time): StepGrid.clamped(time)
    case .start: grid.start
    case .end: end
    }
  }
}

extension DurationExpression {
  /// The offsets of the first byte and of the one after the last.
  fileprivate var bounds: String { "\(place.start.offset):\(place.end.offset)" }
}
