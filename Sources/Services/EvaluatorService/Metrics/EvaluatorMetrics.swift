import AlertIntegrations
import AlertRouting
import AlertRules
import CollectorCore
import MetricModel
import Scraping
import HTTPAPI
import RemoteWrite
import SampleStore
import SQLiteStorage
import WebSecurity
import WebServer

/// Everything that the evaluator tells about itself at one moment, under the names of Prometheus and Alertmanager where they have one.
struct EvaluatorFacts: Sendable {
  var ruleGroups: [RuleGroupSnapshot] = []
  var notifications = NotificationCounters.Snapshot()
  var pending: [PendingDelivery] = []
  var alertmanagers: [String: AlertmanagerCounts] = [:]
  var alerts: [RoutedAlert] = []
  var scrapes = ScrapeCounts()
  var targets = 0
  var received = ReceivedCounts()
  var sent = SentCounts()
  var queued = ForwardingAppender.QueueingCounts()
  var sendBacklog = SendQueue.Backlog()
  var store = SampleStoreStats()
  var server: ServerCounters
  var queries = QueryCounters.Snapshot()
  var concurrentQueries = 0
  var reload = ReloadStatus()
  var journalFailures = 0
  /// Nil without a web configuration.
  var webConfigIsCurrent: Bool?
  var now = Timestamp.now()

  init(server: ServerCounters) { self.server = server }
}

/// How the last reading of the configuration went.
struct ReloadStatus: Sendable, Equatable {
  var succeeded = true
  var at = Timestamp(rawValue: 0)
}

/// Writes the evaluator's `/metrics`; kept between scrapes, so that only numbers are new.
struct EvaluatorMetrics: Sendable {
  var buffer = FamilyBuffer()

  /// The text for one scrape.
  mutating func text(_ facts: EvaluatorFacts) -> [UInt8] {
    buffer.beginScrape()
    // A machine that hides /proc/self still has an evaluator worth looking at.
    try? SelfCollector(role: "evaluator").write(into: &buffer)
    buffer.family(
      "alertmanager_build_info", .gauge, "1 with the Alertmanager API version that is spoken.",
      labels: ["version"])
    buffer.add(1, "0.27.0")
    addRules(facts.ruleGroups)
    addNotifications(facts)
    addAlertmanagers(facts.alertmanagers)
    addScraping(facts)
    addReceiving(facts.received)
    addSending(facts)
    addStore(facts.store)
    addQueries(facts)
    addConfiguration(facts)
    return buffer.render().bytes
  }

  private mutating func addConfiguration(_ facts: EvaluatorFacts) {
    buffer.gauge(
      "prometheus_config_last_reload_successful",
      "Whether the last configuration reload attempt was successful.",
      facts.reload.succeeded ? 1 : 0)
    buffer.gauge(
      "prometheus_config_last_reload_success_timestamp_seconds",
      "Timestamp of the last successful configuration reload.", facts.reload.at.seconds)
    if let isCurrent = facts.webConfigIsCurrent {
      buffer.gauge(WebConfig.metric.name, WebConfig.metric.help, isCurrent ? 1 : 0)
    }
    buffer.counter(
      "tocsin_journal_failures_total", "Lines that could not be written to alerts.jsonl.",
      Double(facts.journalFailures))
    buffer.counter(
      "tocsin_http_requests_total", "HTTP requests that reached a handler.",
      Double(facts.server.requests))
    buffer.family(
      "tocsin_http_responses_total", .counter, "HTTP answers by status code.", labels: ["code"])
    for (code, count) in facts.server.responses.sorted(by: { $0.key < $1.key }) {
      buffer.add(Double(count), String(code))
    }
  }

  private mutating func addQueries(_ facts: EvaluatorFacts) {
    let queries = facts.queries
    buffer.gauge(
      "prometheus_engine_queries", "The current number of queries being executed or waiting.",
      Double(queries.running + queries.waiting))
    buffer.gauge(
      "prometheus_engine_queries_concurrent_max", "The max number of concurrent queries.",
      Double(facts.concurrentQueries))
    buffer.gauge(
      "tocsin_queries_waiting", "Queries of the API that wait for one of the places.",
      Double(queries.waiting))
    buffer.family(
      "tocsin_queries_total", .counter,
      "Queries of the API by how they ended; canceled: the client went away.", labels: ["outcome"])
    for outcome in QueryCounters.Outcome.allCases {
      buffer.add(Double(queries.ended[outcome] ?? 0), outcome.rawValue)
    }
    buffer.counter(
      "tocsin_http_requests_abandoned_total",
      "HTTP requests whose client went away before there was an answer.",
      Double(facts.server.abandoned))
  }

  private mutating func addScraping(_ facts: EvaluatorFacts) {
    let scrapes = facts.scrapes
    buffer.gauge("tocsin_scrape_targets", "Targets that are scraped.", Double(facts.targets))
    buffer.counter(
      "tocsin_scrapes_total", "Scrapes, failed ones included.", Double(scrapes.scrapes))
    buffer.family(
      "tocsin_scrape_failures_total", .counter, "Failed scrapes by reason.", labels: ["reason"])
    let known = [
      ("timeout", scrapes.timeouts), ("malformed", scrapes.malformed),
      ("body_too_large", scrapes.bodyTooLarge), ("sample_limit", scrapes.sampleLimitExceeded),
      ("label_limit", scrapes.labelLimitExceeded),
    ]
    for (reason, count) in known { buffer.add(Double(count), reason) }
    let other = scrapes.failures - known.reduce(0) { $0 + $1.1 }
    buffer.add(Double(max(0, other)), "other")
    buffer.counter(
      "prometheus_target_scrapes_sample_out_of_order_total",
      "Scraped samples that were older than what the store takes.", Double(scrapes.samplesTooOld))
    buffer.counter(
      "prometheus_target_scrapes_sample_duplicate_timestamp_total",
      "Scraped samples whose series has another value at that time.",
      Double(scrapes.samplesDuplicate))
  }

  private mutating func addReceiving(_ received: ReceivedCounts) {
    buffer.counter(
      "tocsin_remote_write_received_requests_total", "Requests to /api/v1/write.",
      Double(received.requests))
    buffer.counter(
      "tocsin_remote_write_refused_requests_total",
      "Requests to /api/v1/write of which not everything was kept.", Double(received.refused))
    buffer.counter(
      "tocsin_remote_write_received_samples_total", "Samples kept from /api/v1/write.",
      Double(received.samples))
  }

  private mutating func addSending(_ facts: EvaluatorFacts) {
    let (sent, queued) = (facts.sent, facts.queued)
    buffer.counter(
      "tocsin_remote_write_sent_samples_total", "Samples that arrived at a destination.",
      Double(sent.sent))
    buffer.counter(
      "tocsin_remote_write_dropped_samples_total",
      "Samples that a destination refused for good.", Double(sent.dropped))
    buffer.counter(
      "tocsin_remote_write_retries_total", "Requests that failed and were tried again.",
      Double(sent.retries))
    buffer.counter(
      "tocsin_remote_write_lost_samples_total", "Samples that could not be put into the queue.",
      Double(queued.notQueued))
    buffer.counter(
      "tocsin_remote_write_expired_samples_total",
      "Samples that were dropped from the queue because of its limits of bytes and age.",
      Double(queued.expired))
    buffer.gauge(
      "tocsin_remote_write_queue_samples", "Samples that wait to be sent.",
      Double(facts.sendBacklog.samples))
    buffer.gauge(
      "tocsin_remote_write_queue_bytes", "Bytes of the messages that wait to be sent.",
      Double(facts.sendBacklog.bytes))
  }

  private mutating func addStore(_ stats: SampleStoreStats) {
    buffer.gauge("prometheus_tsdb_head_series", "Series in the store.", Double(stats.series))
    buffer.counter(
      "prometheus_tsdb_head_series_created_total", "Series made.", Double(stats.seriesCreated))
    buffer.counter(
      "prometheus_tsdb_head_series_removed_total", "Series removed.", Double(stats.seriesRemoved))
    buffer.counter(
      "prometheus_tsdb_head_samples_appended_total", "Samples kept.",
      Double(stats.samplesAppended))
    buffer.gauge("tocsin_store_bytes", "Bytes of samples on disk.", Double(stats.bytesOnDisk))
    buffer.gauge(
      "tocsin_store_pending_batches", "Batches that wait to be written.",
      Double(stats.pendingBatches))
    buffer.counter(
      "tocsin_store_errors_total", "Writes and reads of the store that failed.",
      Double(stats.writeErrors + stats.damaged))
    buffer.counter(
      "tocsin_store_series_limit_reached_total",
      "Scrapes and pushes refused because of the limit of series.",
      Double(stats.seriesLimitReached))
    buffer.counter(
      "tocsin_store_late_samples_total", "Samples taken for times that were sealed already.",
      Double(stats.samplesLate))
    buffer.counter(
      "tocsin_store_bytes_given_back_total", "Bytes of the samples' file given back to the disk.",
      Double(stats.bytesGivenBack))
    buffer.counter(
      "tocsin_store_chunks_sealed_total", "Chunks sealed.", Double(stats.chunksSealed))
    buffer.counter(
      "tocsin_store_chunks_joined_total", "Short chunks that compaction put into others.",
      Double(stats.chunksJoined))
  }
}
