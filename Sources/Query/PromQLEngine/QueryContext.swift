import PromQLSyntax
import StorageAPI

/// What the operators of one query share: the source of samples, the bounds of the query, its
/// budget and its notes.
///
/// Used from one task only.
final class QueryContext {
  let querier: any SeriesQuerier
  let options: QueryOptions
  /// The instants of the outermost query.
  let grid: StepGrid
  /// The end that was asked for, which the last instant may fall short of, in milliseconds.
  let end: Int64
  /// The step of the outermost query in seconds; 0 for an instant query.
  let stepSeconds: Double
  private var warnings = Annotations()
  private var infos = Annotations()
  /// Measures the query; nil unless that was asked for.
  let recorder: QueryRecorder?
  /// Samples read from storage so far.
  private(set) var samplesRead = 0
  /// The most samples held at one time so far.
  private(set) var peakSamples = 0

  private var sampleSnapshot = 0
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

  /// How many samples may be worked on before the clock is looked at again: some microseconds.
  private static let workPerCheck = 1 << 14

  /// Called between series and inside of long loops: ends a query that was cancelled or ran too long.
  /// `work` is the number of samples or steps that come next.
  @inline(__always)
  func checkpoint(work: Int = 512) throws(QueryError) {
    // Looking at the clock costs as much as a short series, so only some of the calls do.
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
    sampleSnapshot += samples
    if sampleSnapshot > peakSamples { peakSamples = sampleSnapshot }
    if sampleSnapshot > options.maxSamples { throw .tooManySamples(limit: options.maxSamples) }
  }

  /// Gives samples back to the budget.
  func release(_ samples: Int) { sampleSnapshot -= samples }

  /// Takes room for the series that a part of the query hands on: each with its place is as large as two samples.
  ///
  /// Without it a chain of `or` would hold as many series as it has links, at each of them.
  func holdSeries(_ count: Int) throws(QueryError) {
    try checkpoint(work: count)
    try hold(2 * count)
  }

  /// Takes room for a flag in each cell of a table, of which eight are as large as a sample.
  func holdFlags(rows: Int, steps: Int) throws(QueryError) {
    try requireRoom(rows: rows, steps: steps)
    try hold(rows * steps / 8)
  }

  /// Counts samples that were read from storage and are held until the next series is read.
  func noteRead(_ samples: Int) throws(QueryError) {
    samplesRead += samples
    try hold(samples)
    release(samples)
  }

  /// Refuses a table that cannot fit into the budget before it is made.
  func requireRoom(rows: Int, steps: Int) throws(QueryError) {
    let (cells, overflow) = rows.multipliedReportingOverflow(by: steps)
    if overflow || cells > options.maxSamples {
      throw .tooManySamples(limit: options.maxSamples)
    }
  }

  /// The answer with the notes and the profile of the query.
  func result(_ value: QueryValue) -> QueryResult {
    var result = QueryResult(value: value, warnings: warnings.texts, infos: infos.texts)
    result.profile = recorder?.profile(self)
    return result
  }

  /// Notes of a part of the query that the answer may be wrong because of a place in it.
  func warn(_ text: String, at range: SourceRange, of part: SourceRange? = nil) {
    warnings.add("PromQL warning: \(text)", at: range, of: part)
  }

  /// Notes the same about something that happened some times.
  func warn(_ text: String, occurrences: Int, at range: SourceRange) {
    warnings.add("PromQL warning: \(text)", occurrences: occurrences, at: range)
  }

  /// Notes something worth knowing.
  func inform(_ text: String, at range: SourceRange) {
    infos.add("PromQL info: \(text)", at: range)
  }

  /// Notes that counts of buckets were raised.
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

  /// The milliseconds of a length, which must be positive.
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
  /// The offsets of the first byte and of the one behind the last.
  fileprivate var bounds: String { "\(place.start.offset):\(place.end.offset)" }
}
