import AlertIntegrations
import AlertRouting
import AlertRules
import CollectorCore
import ExpositionFormat
import HTTPAPI
import MetricModel
import RemoteWrite
import SQLiteStorage
import SampleStore
import Scraping
import WebServer

extension EvaluatorComponents {
  /// The metrics of all components, as of now.
  func metrics(server: ServerCounters) async -> [any MetricSource] {
    [
      SelfCollector(role: "evaluator"),
      RuleMetrics(await rules.snapshot()),
      RouterMetrics(
        counters: await router.counters, pending: await router.pendingDeliveries(),
        alerts: await router.alertsSnapshot(), now: .now()),
      await fanout.metrics(),
      ScrapeMetrics(counts: targets.counts, targets: await targets.targets().count),
      receiver.received,
      SendMetrics(
        sent: sender.sent, queued: appender.counts,
        backlogs: (try? sendQueue.backlogs()) ?? [:]),
      store.stats,
      APIMetrics(
        server: server, queries: queryCounters.snapshot,
        concurrentQueries: options.concurrentQueries),
      loaded.status,
      eventLog,
    ]
  }
}
