import Concurrency
import ExpositionFormat
import MetricModel
import StorageAPI

/// Turns the answers of one target into batches of samples, stale markers, `up` and `scrape_*`,
/// each stored as a whole or not at all.
struct ScrapeWriter {
  /// The number of samples and series in one scrape.
  struct Counts: Equatable {
    var scraped = 0
    var stored = 0
    var added = 0
    var outcome = AppendOutcome()
    /// The duration of the scrape until its samples are appended.
    var seconds = 0.0
  }

  /// The metrics that every scrape writes, in the order of their values.
  static let reportNames = [
    "up", "scrape_duration_seconds", "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling", "scrape_series_added",
  ]

  let rules: SeriesRules
  let appender: any SampleAppender
  private(set) var cache = ScrapeCache()
  /// The stored metric names; some may be from earlier scrapes.
  private(set) var metricNames = Set(Self.reportNames)
  private var reportSeries: [SeriesID] = []
  /// The format of the last answer, and the content type that determined it.
  private var format: (contentType: String?, format: ExpositionTextFormat)

  init(target: ScrapeTarget, appender: any SampleAppender) {
    rules = SeriesRules(target: target)
    format = (nil, target.job.fallbackProtocol.format)
    self.appender = appender
  }

  /// The families of the last scrape if their metadata changed since the last call; nil otherwise.
  mutating func takeChangedMetadata() -> [String: FamilyMetadata]? { cache.takeChangedMetadata() }

  /// Stores the answer to a scrape that began at `start` on the monotonic clock.
  ///
  /// - Throws: ``ScrapeFailure``. Nothing of the answer is stored then, and the caller calls
  ///   `fail`.
  mutating func store(
    _ answer: ScrapeAnswer, at time: Timestamp, since start: Duration, on clock: TimeSource
  ) async throws(ScrapeFailure) -> Counts {
    // Not reused between scrapes: every target would hold the memory of its largest batch.
    var batch = SampleBatch()
    batch.reserveCapacity(cache.seriesCount + Self.reportNames.count)
    if answer.contentType != format.contentType {
      let known = ExpositionTextFormat(knownContentType: answer.contentType)
      format = (answer.contentType, known ?? rules.target.job.fallbackProtocol.format)
    }
    let reading = try cache.read(
      answer.body.span, format: format.format, at: time, rules: rules, into: &batch)
    let limit = rules.target.job.limits.samples
    if limit > 0, reading.stored > limit {
      throw .limitReached(limit: "sample_limit", value: limit, series: "")
    }
    var counts = Counts(scraped: reading.scraped, stored: reading.stored, added: reading.added)
    do {
      let series =
        reading.newSeries.isEmpty ? [] : try await appender.series(for: reading.newSeries)
      cache.resolve(series, into: &batch)
      if reportSeries.isEmpty { try await findReportSeries() }
    } catch {
      throw .notStored(error)
    }
    for series in cache.commit() { batch.append(series, at: time, StaleMarker.value) }
    if !reading.newSeries.isEmpty { note(reading.newSeries, stored: reading.stored) }
    counts.seconds = (clock.monotonic - start).seconds
    report(counts, isUp: true, into: &batch, at: time)
    do {
      counts.outcome = try await appender.appendSoon(batch)
      if !counts.outcome.unknownSeries.isEmpty { try await renew(batch, &counts.outcome) }
    } catch {
      throw .notStored(error)
    }
    return counts
  }

  /// Writes `up 0` and ends all series. `hasRead` says whether `store` was called before.
  mutating func fail(
    at time: Timestamp, elapsed: Double, hasRead: Bool
  ) async throws(ScrapeFailure) -> Counts {
    var batch = SampleBatch()
    for series in hasRead ? cache.abandon() : cache.expire() {
      batch.append(series, at: time, StaleMarker.value)
    }
    var counts = Counts(seconds: elapsed)
    do {
      if reportSeries.isEmpty { try await findReportSeries() }
      report(counts, isUp: false, into: &batch, at: time)
      counts.outcome = try await appender.appendSoon(batch)
      if !counts.outcome.unknownSeries.isEmpty { try await renew(batch, &counts.outcome) }
    } catch {
      throw .notStored(error)
    }
    return counts
  }

  /// Ends all series, including `up`, because the target was removed.
  mutating func end(at time: Timestamp) async throws(ScrapeFailure) {
    var batch = SampleBatch()
    for series in cache.expire() + reportSeries {
      batch.append(series, at: time, StaleMarker.value)
    }
    guard batch.count > 0 else { return }
    do {
      _ = try await appender.appendSoon(batch)
    } catch {
      throw .notStored(error)
    }
  }

  /// Adds metric names. Once there are more names than series, most are outdated, and the current
  /// ones are collected again.
  private mutating func note(_ series: [Labels], stored: Int) {
    for labels in series { metricNames.insert(labels[Label.metricName] ?? "") }
    if metricNames.count > stored + Self.reportNames.count {
      metricNames = cache.metricNames(rules: rules).union(Self.reportNames)
    }
  }

  /// Adds the samples of `reportSeries`, in the order of `reportNames`.
  private func report(
    _ counts: Counts, isUp: Bool, into batch: inout SampleBatch, at time: Timestamp
  ) {
    batch.append(upTo: reportSeries.count, at: time) { series, values in
      for number in reportSeries { series.append(number) }
      values.append(isUp ? 1 : 0)
      values.append(counts.seconds)
      values.append(Double(counts.scraped))
      values.append(Double(counts.stored))
      values.append(Double(counts.added))
    }
  }

  private mutating func findReportSeries() async throws(StorageError) {
    reportSeries = try await appender.series(for: reportLabels)
  }

  private var reportLabels: [Labels] {
    Self.reportNames.map { rules.target.labels.setting(Label.metricName, $0) }
  }

  /// Appends the samples of series that the store has forgotten again, with new identifiers.
  private mutating func renew(
    _ batch: SampleBatch, _ outcome: inout AppendOutcome
  ) async throws(StorageError) {
    let forgotten = Set(outcome.unknownSeries)
    var known = cache.labels(of: forgotten, rules: rules)
    for (series, labels) in zip(reportSeries, reportLabels) where forgotten.contains(series) {
      known.append((series, labels))
    }
    let numbers = try await appender.series(for: known.map(\.1))
    let renewed = Dictionary(zip(known.map(\.0), numbers), uniquingKeysWith: { $1 })
    cache.renumber(renewed)
    reportSeries = reportSeries.map { renewed[$0] ?? $0 }
    var again = SampleBatch()
    for index in 0..<batch.count where !StaleMarker.isStale(batch.values[index]) {
      guard let series = renewed[batch.series[index]] else { continue }
      again.append(series, at: batch.timestamps[index], batch.values[index])
    }
    let second = try await appender.appendSoon(again)
    outcome.appended += second.appended
    outcome.tooOld += second.tooOld
    outcome.duplicate += second.duplicate
    outcome.unknownSeries = second.unknownSeries
  }
}
