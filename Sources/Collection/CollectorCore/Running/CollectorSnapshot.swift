import ExpositionFormat

/// A collector as one scrape shows it: the text to show, if any, and the report.
struct CollectorSnapshot {
  let settings: ScheduledCollector
  let report: CollectorReport
  let counters: CollectorCounters
  /// The families to show; nil when there are none or they are too old.
  let text: FamilyText?

  /// A result of a collector with an interval is shown, marked stale, until it is this many intervals old.
  static let staleIntervals = 3

  init(_ collector: CollectorRunState, now: Duration) {
    let last: CollectorResult?
    (last, counters) = collector.latest
    settings = collector.settings
    var state = last?.state ?? .timeout
    var shown: FamilyText?
    var age: Duration?
    switch collector.settings.schedule {
    case .onDemand:
      if state == .ok { shown = last?.text }
    case .every(let interval):
      let elapsed = last.map { now - $0.finished } ?? .zero
      age = last.map { _ in elapsed }
      if state == .ok, elapsed > interval * 2 { state = .stale }
      // While a run hangs, the result before it is still the best there is.
      if state != .error, elapsed <= interval * Self.staleIntervals { shown = last?.text }
    }
    text = shown
    report = CollectorReport(
      name: collector.settings.name, state: state, message: last?.message ?? "",
      duration: last?.duration ?? .zero, series: shown?.seriesCount ?? 0, age: age)
  }
}
