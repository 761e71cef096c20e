import ExpositionFormat
import MetricModel

/// The exporter's own families about its collectors.
struct SelfMetrics {
  private var buffer = FamilyBuffer()

  /// Renders the families for one scrape.
  mutating func text(_ snapshots: [CollectorSnapshot], droppedInMerge: UInt64) -> FamilyText {
    buffer.beginScrape()
    addReferenceFamilies(snapshots)
    let duration = buffer.family(
      "tocsin_collector_duration_seconds", .gauge, "Duration of the collector's last finished run.",
      labels: ["collector"])
    let success = buffer.family(
      "tocsin_collector_success", .gauge, "Whether the collector's last run gave its families.",
      labels: ["collector"])
    let state = buffer.family(
      "tocsin_collector_state", .gauge, "1 for the state that the collector is in.",
      labels: ["collector", "state"])
    let series = buffer.family(
      "tocsin_collector_series", .gauge, "Samples shown for the collector.", labels: ["collector"])
    let age = buffer.family(
      "tocsin_collector_cache_age_seconds", .gauge,
      "Age of the result of a collector that runs on its own interval.", labels: ["collector"])
    for snapshot in snapshots {
      let report = snapshot.report
      buffer.add(report.duration.seconds, report.name, to: duration)
      buffer.add(report.state == .ok ? 1 : 0, report.name, to: success)
      for each in CollectorState.allCases {
        buffer.add(each == report.state ? 1 : 0, report.name, each.rawValue, to: state)
      }
      buffer.add(Double(report.series), report.name, to: series)
      if let seconds = report.age?.seconds { buffer.add(seconds, report.name, to: age) }
    }
    addCounters(snapshots)
    buffer.counter(
      "tocsin_collector_merge_dropped_total",
      "Samples dropped because another collector showed the same series.", Double(droppedInMerge))
    return buffer.render()
  }

  private mutating func addCounters(_ snapshots: [CollectorSnapshot]) {
    let runs = buffer.family(
      "tocsin_collector_runs_total", .counter, "Runs of the collector.", labels: ["collector"])
    let failures = buffer.family(
      "tocsin_collector_failures_total", .counter, "Runs that failed.", labels: ["collector"])
    let timeouts = buffer.family(
      "tocsin_collector_timeouts_total", .counter, "Runs that were overdue and left behind.",
      labels: ["collector"])
    let problems = buffer.family(
      "tocsin_collector_problems_total", .counter,
      "Samples that had to be repaired or dropped, by kind of problem.",
      labels: ["collector", "problem"])
    for snapshot in snapshots {
      let name = snapshot.report.name
      buffer.add(Double(snapshot.counters.runs), name, to: runs)
      buffer.add(Double(snapshot.counters.failures), name, to: failures)
      buffer.add(Double(snapshot.counters.timeouts), name, to: timeouts)
      let found = snapshot.counters.problems
      guard found.total > 0 else { continue }
      buffer.add(Double(found.repairedValues), name, "invalid_utf8", to: problems)
      buffer.add(Double(found.shortenedValues), name, "label_too_long", to: problems)
      buffer.add(Double(found.duplicates), name, "duplicate", to: problems)
      buffer.add(Double(found.overLimit), name, "too_many_series", to: problems)
      buffer.add(Double(found.malformed), name, "malformed", to: problems)
    }
  }

  /// Adds `node_scrape_collector_*` and similar families, for the dashboards of the reference
  /// exporters.
  private mutating func addReferenceFamilies(_ snapshots: [CollectorSnapshot]) {
    for snapshot in snapshots {
      guard let prefix = snapshot.settings.referencePrefix else { continue }
      let name = snapshot.settings.referenceName ?? snapshot.report.name
      buffer.family(
        "\(prefix)_scrape_collector_duration_seconds", .gauge,
        "Duration of a collector scrape in seconds.", labels: ["collector"])
      buffer.add(snapshot.report.duration.seconds, name)
      buffer.family(
        "\(prefix)_scrape_collector_success", .gauge, "Whether a collector succeeded.",
        labels: ["collector"])
      buffer.add(snapshot.report.state == .ok ? 1 : 0, name)
    }
  }
}
