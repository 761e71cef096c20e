package import ExpositionFormat
import MetricModel

/// The metrics of all scrapes.
package struct ScrapeMetrics: MetricSource {
  private let counts: ScrapeCounts
  private let targets: Int

  package init(counts: ScrapeCounts, targets: Int) {
    self.counts = counts
    self.targets = targets
  }

  package func writeMetrics(into buffer: inout FamilyBuffer) {
    buffer.gauge("tocsin_scrape_targets", "Targets that are scraped.", Double(targets))
    buffer.counter(
      "tocsin_scrapes_total", "Scrapes, failed ones included.", Double(counts.scrapes))
    buffer.family(
      "tocsin_scrape_failures_total", .counter, "Failed scrapes by reason.", labels: ["reason"])
    let known = [
      ("timeout", counts.timeouts), ("malformed", counts.malformed),
      ("body_too_large", counts.bodyTooLarge), ("sample_limit", counts.sampleLimitExceeded),
      ("label_limit", counts.labelLimitExceeded),
    ]
    for (reason, count) in known { buffer.add(Double(count), reason) }
    let other = counts.failures - known.reduce(0) { $0 + $1.1 }
    buffer.add(Double(max(0, other)), "other")
    buffer.counter(
      "prometheus_target_scrapes_sample_out_of_order_total",
      "Scraped samples that were older than what the store takes.", Double(counts.samplesTooOld))
    buffer.counter(
      "prometheus_target_scrapes_sample_duplicate_timestamp_total",
      "Scraped samples whose series has another value at that time.",
      Double(counts.samplesDuplicate))
  }
}
