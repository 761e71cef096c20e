import ExpositionFormat

/// A collector as one scrape shows it: its text, if any, and its report.
struct CollectorSnapshot {
  let settings: ScheduledCollector
  let report: CollectorReport
  let counters: CollectorCounters
  /// The families to show; nil if there are none or they are too old.
  let text: FamilyText?

  /// The age, in intervals, up to which a result is shown, marked as stale after two.
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
      // While a run hangs, the previous result is the best available.
      if state != .error, elapsed <= interval * Self.staleIntervals { shown = last?.text }
    }
    text = shown
    report = CollectorReport(
      name: collector.settings.name, state: state, message: last?.message ?? "",
      duration: last?.duration ?? .zero, series: shown?.seriesCount ?? 0, age: age)
  }
}
