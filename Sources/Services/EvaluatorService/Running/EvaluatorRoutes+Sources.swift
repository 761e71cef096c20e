import AlertIntegrations
import AlertRouting
import AlertRules
import EvaluatorConfiguration
import Foundation
import MetricModel
import Scraping
import PromQLEngine
import HTTPAPI
import SampleStore

extension EvaluatorRoutes {
  /// The sources of the HTTP API.
  var sources: APISources {
    let components = components
    var sources = APISources(engine: components.engine)
    sources.limits.concurrentQueries = components.options.concurrentQueries
    sources.queryCounters = components.queryCounters
    sources.rules = { await components.rules.snapshot() }
    sources.targets = { await components.targets.snapshot() }
    sources.metadata = { await components.targets.metadata() }
    sources.externalLabels = { components.loaded.configuration.externalLabels }
    sources.alertmanagers = { components.fanout.senders.map(\.endpoint.url) }
    sources.alertRouter = components.router
    sources.status = status
    return sources
  }

  private var status: APIStatus {
    let components = components
    var status = APIStatus()
    status.version = TocsinVersion.current
    status.startTime = startedAt
    status.workingDirectory = FileManager.default.currentDirectoryPath
    status.hostName = ProcessInfo.processInfo.hostName
    status.storageRetention =
      PrometheusDuration(components.options.retention).description
    let queries = components.options.queries
    status.flags = [
      "config.file": components.options.configFile,
      "notifications.config-file": components.options.notificationsFile ?? "",
      "query.lookback-delta": PrometheusDuration(rawValue: queries.lookback).description,
      "query.max-concurrency": String(components.options.concurrentQueries),
      "query.max-samples": String(queries.maxSamples),
      "query.timeout": queries.timeout.map { PrometheusDuration($0).description } ?? "",
      "storage.path": components.options.storagePath,
      "storage.retention.time": status.storageRetention,
      "web.enable-remote-write-receiver": String(components.options.receivesRemoteWrites),
      "web.config.file": components.options.webConfigFile ?? "",
      "web.external-url": components.externalURL,
      "web.listen-address": components.options.listenAddress,
    ]
    status.configuration = { components.loaded.configuration.prometheusText }
    status.notificationConfiguration = { components.loaded.configuration.notificationsText }
    status.lastReload = {
      let status = components.loaded.status
      return (status.succeeded, status.at)
    }
    status.store = { components.store.stats }
    status.storedTimes = { components.store.timeRange }
    status.cardinality = { components.store.cardinality(limit: $0) }
    return status
  }
}
