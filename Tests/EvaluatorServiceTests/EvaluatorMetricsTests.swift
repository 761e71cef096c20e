import CollectorCore
import ExpositionFormat
import Foundation
import Logging
import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing
import WebSecurity

@testable import AlertIntegrations
@testable import AlertRouting
@testable import AlertRules
@testable import EvaluatorService
@testable import HTTPAPI
@testable import RemoteWrite
@testable import SampleStore
@testable import Scraping
@testable import WebServer

/// The evaluator's own metrics; dashboards rely on their names, types, texts, labels and values.
@Suite struct EvaluatorMetricsTests {
  private static let now = Timestamp(rawValue: 1_700_000_000_000)

  private static var sources: [any MetricSource] {
    var server = ServerCounters()
    server.requests = 201
    server.responses = [200: 202, 404: 203]
    server.abandoned = 204
    var alertmanager = AlertmanagerCounts()
    (alertmanager.sent, alertmanager.errors) = (51, 52)
    (alertmanager.dropped, alertmanager.queued) = (53, 54)
    var received = ReceivedCounts()
    (received.requests, received.refused, received.samples) = (71, 72, 73)
    var queries = QueryCounters.Snapshot()
    (queries.running, queries.waiting) = (111, 112)
    queries.ended = [
      .answered: 113, .failed: 114, .timedOut: 115, .tooManySamples: 116, .canceled: 117,
    ]
    return [
      RuleMetrics([group("one", first: 1), group("two", first: 21)]),
      RouterMetrics(
        counters: notifications, pending: pending,
        alerts: [alert(.active), alert(.active), alert(.suppressed)], now: now),
      AlertmanagerMetrics([
        "http://b:9093/api/v2/alerts": alertmanager,
        "http://a:9093/api/v2/alerts": AlertmanagerCounts(),
      ]),
      ScrapeMetrics(counts: scrapes, targets: 70), received, sending, store,
      APIMetrics(server: server, queries: queries, concurrentQueries: 118),
      ReloadStatus(succeeded: false, at: now),
    ]
  }

  private static var pending: [PendingDelivery] {
    [
      PendingDelivery(
        integration: IntegrationKey(receiver: "team", kind: "slack", index: 0), groupKey: "{}",
        count: 41, failures: 0, lastError: nil, since: now.adding(milliseconds: -42_500)),
      PendingDelivery(
        integration: IntegrationKey(receiver: "team", kind: "email", index: 0), groupKey: "{}",
        count: 2, failures: 0, lastError: nil, since: now.adding(milliseconds: -1_000)),
    ]
  }

  private static var sending: SendMetrics {
    var sent = SentCounts()
    (sent.sent, sent.dropped, sent.retries) = (81, 82, 83)
    var queued = ForwardingAppender.QueueingCounts()
    (queued.notQueued, queued.expired) = (84, 85)
    var backlogs = [SendQueue.Backlog(), SendQueue.Backlog()]
    (backlogs[0].samples, backlogs[0].bytes) = (80, 80)
    (backlogs[1].samples, backlogs[1].bytes) = (6, 7)
    return SendMetrics(
      sent: sent, queued: queued, backlogs: ["a": backlogs[0], "b": backlogs[1]])
  }

  private static func group(_ name: String, first: Int) -> RuleGroupSnapshot {
    var metrics = RuleGroupMetrics()
    metrics.iterations = first
    metrics.iterationsMissed = first + 1
    metrics.evaluationsOnScrape = first + 2
    metrics.evaluations = first + 3
    metrics.evaluationFailures = first + 4
    metrics.lastEvaluationSamples = first + 5
    metrics.lastDuration = Double(first) + 6.5
    metrics.lastRuleDurationSum = Double(first) + 7.5
    metrics.lastEvaluation = first == 1 ? now : nil
    metrics.lastRestoreDuration = Double(first) + 8.5
    return RuleGroupSnapshot(
      file: "rules.yml", name: name, interval: .seconds(15), limit: 0, evaluationTime: 0,
      lastEvaluation: nil, rules: [], metrics: metrics)
  }

  private static var notifications: NotificationCounters {
    var slack = NotificationCounters.Integration()
    (slack.notifications, slack.requests, slack.requestsFailed) = (31, 32, 33)
    slack.failed = [.clientError: 34, .other: 35]
    var counters = NotificationCounters()
    counters.integrations = [
      IntegrationKey(receiver: "team", kind: "slack", index: 0): slack,
      IntegrationKey(receiver: "ops", kind: "slack", index: 1): slack,
      IntegrationKey(receiver: "ops", kind: "email", index: 0): .init(),
    ]
    counters.suppressed = [.silence: 36, .muteTimeInterval: 37]
    counters.received = [.firing: 38, .resolved: 39]
    (counters.invalid, counters.storeFailures) = (40, 43)
    return counters
  }

  private static func alert(_ state: RoutedAlert.State) -> RoutedAlert {
    RoutedAlert(
      alert: Alert(
        labels: ["alertname": "Down"], annotations: .empty, startsAt: now, endsAt: now,
        generatorURL: "", updatedAt: now),
      receivers: [], state: state, silencedBy: [], inhibitedBy: [], mutedBy: [])
  }

  private static var scrapes: ScrapeCounts {
    var scrapes = ScrapeCounts()
    (scrapes.scrapes, scrapes.failures) = (61, 62)
    (scrapes.timeouts, scrapes.malformed, scrapes.bodyTooLarge) = (1, 2, 3)
    (scrapes.sampleLimitExceeded, scrapes.labelLimitExceeded) = (4, 5)
    (scrapes.samplesTooOld, scrapes.samplesDuplicate) = (68, 69)
    return scrapes
  }

  private static var store: SampleStoreStats {
    var store = SampleStoreStats()
    (store.series, store.seriesCreated, store.seriesRemoved) = (91, 92, 93)
    (store.samplesAppended, store.samplesLate) = (94, 95)
    (store.bytesOnDisk, store.bytesGivenBack, store.pendingBatches) = (96, 97, 98)
    (store.writeErrors, store.damaged, store.seriesLimitReached) = (99, 1000, 100)
    (store.chunksSealed, store.chunksJoined) = (101, 102)
    return store
  }

  /// All lines except those about this machine and this build.
  private static func stable(_ text: [UInt8]) -> String {
    String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .filter { line in
        line.starts(with: "#")
          || !(line.hasPrefix("process_") || line.hasPrefix("tocsin_build_info"))
      }
      .joined(separator: "\n")
  }

  @Test func metricsEqualTheGoldenFile() throws {
    let folder = try TemporaryDirectory()
    let webConfig = try folder.write("{}", to: "web.yml")
    let sources: [any MetricSource] =
      Self.sources + [
        SelfCollector(role: "evaluator"), try EventLog(path: folder.file("alerts.jsonl")),
        try WebConfig(path: webConfig, logger: Logger(label: "test")),
      ]
    let text = Self.stable(MetricsPage().text(of: sources))
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/metrics.prom")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try Data(text.utf8).write(to: file)
    }
    #expect(try text == String(contentsOf: file, encoding: .utf8))
  }
}
